import { getOption, hasOption, type DescMethod, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { http } from "@lacio/proto/google/api/annotations";

export const hasRest = (method: DescMethod): boolean => hasOption(method, http);

export const pathOf = (method: DescMethod): string => String(getOption(method, http).pattern.value);

/** A request by the method's `google.api.http` option: fields in the path, the others in the body or the query. */
export function restForm(method: DescMethod, request: JsonObject): { verb: string; path: string; body?: JsonObject } {
  const { pattern, body } = getOption(method, http);
  const rest = { ...request };
  const path = pathOf(method).replace(/\{(\w+)\}/g, (_, name: string) => {
    const { jsonName } = method.input.fields.find((field) => field.name === name)!;
    const value = rest[jsonName];
    delete rest[jsonName];
    return encodeURIComponent(textOf(value));
  });
  const verb = pattern.case!.toUpperCase();
  if (body === "*") return { verb, path, body: rest };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) for (const one of [value].flat()) query.append(name, textOf(one));
  return { verb, path: query.size > 0 ? `${path}?${query.toString()}` : path };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).toWellFormed();
