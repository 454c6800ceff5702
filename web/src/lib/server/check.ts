import * as v from "valibot";

export type Errors = Record<string, string>;

/** Validates a form with a schema whose rules carry their messages: the parsed values, or one error per field. */
export function check<const S extends v.GenericSchema>(schema: S, form: FormData): { values: v.InferOutput<S> } | { errors: Errors } {
  const result = v.safeParse(schema, Object.fromEntries([...form].map(([name, value]) => [name, typeof value === "string" ? value : ""])));
  if (result.success) return { values: result.output };
  const errors: Errors = {};
  for (const issue of result.issues) errors[v.getDotPath(issue) ?? ""] ??= issue.message;
  return { errors };
}

/** The typed values, to fill the form again; never passwords. */
export const typed = (form: FormData): Record<string, string> =>
  Object.fromEntries([...form].filter(([name, value]) => typeof value === "string" && !name.includes("password")) as [string, string][]);
