import { Code } from "@connectrpc/connect";
import { fail, type ActionFailure } from "@sveltejs/kit";
import { m } from "#lib/paraglide/messages.js";
import { typed } from "./check.ts";
import { isAway, refusalOf } from "./refusal.ts";

type Failure = ActionFailure<{ values: Record<string, string>; failure: string }>;

/** The two failures that every account form has: a service is away, or somebody is too fast. Undefined: it was refused for a reason of its own. */
export function commonFailure(error: unknown, form: FormData): Failure | undefined {
  if (isAway(error)) return fail(503, { values: typed(form), failure: m.sign_in_away() });
  const { code, retryAfterSeconds } = refusalOf(error);
  if (code !== Code.ResourceExhausted) return undefined;
  return fail(429, { values: typed(form), failure: m.too_many_tries({ seconds: retryAfterSeconds || 60 }) });
}

const words: Record<string, () => string> = { name: m.name_missing, email: m.email_wrong, phone: m.phone_wrong };

/** A service's "no" at the fields it names, in words of ours: its own are for who writes programs. */
export function fieldErrors(error: unknown): Record<string, string> {
  const ofForm = (field: string) => (field.startsWith("document") ? "documentNumber" : field);
  return Object.fromEntries(refusalOf(error).fields.map((field) => [ofForm(field), (words[field] ?? m.field_wrong)()]));
}
