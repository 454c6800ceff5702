import * as v from "valibot";

export type Errors = Record<string, string>;

/** A form's fields against a schema whose every rule has words of its own: the checked values, or one error per field. */
export function check<const S extends v.GenericSchema>(schema: S, form: FormData): { values: v.InferOutput<S> } | { errors: Errors } {
  const result = v.safeParse(schema, Object.fromEntries([...form].map(([name, value]) => [name, typeof value === "string" ? value : ""])));
  if (result.success) return { values: result.output };
  const errors: Errors = {};
  for (const issue of result.issues) errors[v.getDotPath(issue) ?? ""] ??= issue.message;
  return { errors };
}

/** What was typed, to be shown again; passwords never are. */
export const typed = (form: FormData): Record<string, string> =>
  Object.fromEntries([...form].filter(([name, value]) => typeof value === "string" && !name.includes("password")) as [string, string][]);
