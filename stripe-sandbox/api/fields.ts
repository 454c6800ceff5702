import { badParam } from "./errors.ts";

/** A level of a form-encoded body; `path` is how Stripe names it in errors, e.g. `line_items[0][price_data]`. */
export interface Fields {
  path: string;
  values: Record<string, unknown>;
}

export function nested(fields: Fields, name: string): Fields | undefined {
  const value = fields.values[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "object" || value === null) throw badParam(nameIn(fields, name), "Invalid object");
  return { path: nameIn(fields, name), values: value as Record<string, unknown> };
}

export function list(fields: Fields, name: string): Fields[] {
  const all = nested(fields, name);
  return Object.keys(all?.values ?? {}).flatMap((index) => nested(all as Fields, index) ?? []);
}

export function texts(fields: Fields, name: string): string[] {
  const all = nested(fields, name);
  return Object.keys(all?.values ?? {}).flatMap((index) => text(all as Fields, index) ?? []);
}

export function text(fields: Fields, name: string, maxLength = 5000): string | undefined {
  const value = fields.values[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw badParam(nameIn(fields, name), "Invalid string");
  if (value.length > maxLength) throw badParam(nameIn(fields, name), `Invalid string: must be at most ${maxLength} characters`);
  return value;
}

export function requiredText(fields: Fields, name: string, maxLength?: number): string {
  return text(fields, name, maxLength) ?? missingParam(fields, name);
}

export function choice<C extends string>(fields: Fields, name: string, choices: readonly C[]): C | undefined {
  const value = text(fields, name);
  if (value !== undefined && !choices.includes(value as C)) {
    throw badParam(nameIn(fields, name), `Invalid ${nameIn(fields, name)}: must be one of ${choices.join(", ")}`);
  }
  return value as C | undefined;
}

export function integer(fields: Fields, name: string, min: number, max: number): number | undefined {
  const value = text(fields, name);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value)) throw badParam(nameIn(fields, name), `Invalid integer: ${value}`, "parameter_invalid_integer");
  const number = Number(value);
  if (number < min) {
    throw badParam(nameIn(fields, name), `This value must be greater than or equal to ${min}.`, "parameter_invalid_integer");
  }
  if (number > max) {
    throw badParam(nameIn(fields, name), `This value must be less than or equal to ${max}.`, "parameter_invalid_integer");
  }
  return number;
}

export function link(fields: Fields, name: string): string | undefined {
  const value = text(fields, name);
  if (value !== undefined && !/^https?:$/.test(URL.parse(value)?.protocol ?? "")) {
    throw badParam(nameIn(fields, name), "Not a valid URL", "url_invalid");
  }
  return value;
}

export function metadata(fields: Fields): Record<string, string> {
  const given = nested(fields, "metadata");
  const entries = Object.keys(given?.values ?? {}).flatMap((key) => {
    const value = text(given as Fields, key, 500);
    if (key.length > 40) throw badParam("metadata", `Metadata keys can have up to 40 characters: ${key}`);
    return value === undefined ? [] : [[key, value] as const];
  });
  if (entries.length > 50) throw badParam("metadata", "Metadata can have up to 50 keys");
  return Object.fromEntries(entries);
}

export function only(fields: Fields, names: readonly string[]): void {
  const unknown = Object.keys(fields.values).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const param = nameIn(fields, unknown);
    throw badParam(param, `Received unknown parameter: ${param} (or one this sandbox does not play)`, "parameter_unknown");
  }
}

export function missingParam(fields: Fields, name: string): never {
  throw badParam(nameIn(fields, name), `Missing required param: ${nameIn(fields, name)}.`, "parameter_missing");
}

export function nameIn(fields: Fields, name: string): string {
  return fields.path ? `${fields.path}[${name}]` : name;
}
