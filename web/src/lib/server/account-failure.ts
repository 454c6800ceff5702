import { Code } from "@connectrpc/connect";
import { fail, type ActionFailure } from "@sveltejs/kit";
import { m } from "#lib/paraglide/messages.js";
import { typed } from "./check.ts";
import { isAway, refusalOf } from "./refusal.ts";

type Failure = ActionFailure<{ values: Record<string, string>; failure: string }>;

/** The failures that all account forms share: a service is unavailable, or the rate limit is reached. Undefined: another refusal. */
export function commonFailure(error: unknown, form: FormData): Failure | undefined {
  if (isAway(error)) return fail(503, { values: typed(form), failure: m.sign_in_away() });
  const { code, retryAfterSeconds } = refusalOf(error);
  if (code !== Code.ResourceExhausted) return undefined;
  return fail(429, { values: typed(form), failure: m.too_many_tries({ seconds: retryAfterSeconds || 60 }) });
}

const words: Record<string, () => string> = { name: m.name_missing, email: m.email_wrong, phone: m.phone_wrong };

/** A refusal's field violations with the page's own messages: the services' messages are for developers. */
export function fieldErrors(error: unknown): Record<string, string> {
  const ofForm = (field: string) => (field.startsWith("document") ? "documentNumber" : field);
  return Object.fromEntries(refusalOf(error).fields.map((field) => [ofForm(field), (words[field] ?? m.field_wrong)()]));
}
