import { Code } from "@connectrpc/connect";
import { fail, type ActionFailure, type RequestEvent } from "@sveltejs/kit";
import { m } from "#lib/paraglide/messages.js";
import { typed, type Errors } from "./check.ts";
import { signInAgain } from "./guard.ts";
import { isAway, isSessionOver, refusalOf } from "./refusal.ts";

type Failure = ActionFailure<{ values: Record<string, string>; failure: string }>;

/** The failures that all account forms share: a service is unavailable, or the rate limit is reached. Undefined: another refusal. */
export function commonFailure(error: unknown, form: FormData): Failure | undefined {
  if (isAway(error)) return fail(503, { values: typed(form), failure: m.sign_in_away() });
  const { code, retryAfterSeconds } = refusalOf(error);
  if (code !== Code.ResourceExhausted) return undefined;
  const seconds = retryAfterSeconds || 60;
  const wait = seconds > 90 ? m.too_many_tries_minutes({ minutes: Math.ceil(seconds / 60) }) : m.too_many_tries({ seconds });
  return fail(429, { values: typed(form), failure: wait });
}

/** The failures of a form that takes the password of who is signed in, as `password`. Undefined: another refusal. @throws redirect */
export function proofFailure(event: RequestEvent, error: unknown, form: FormData) {
  if (isSessionOver(error)) return signInAgain(event);
  const common = commonFailure(error, form);
  if (common) return common;
  const { reason } = refusalOf(error);
  if (reason === "password_not_set") return fail(409, { values: typed(form), failure: m.password_not_set() });
  const errors: Errors = { password: m.password_wrong() };
  return reason === "wrong_password" ? fail(422, { values: typed(form), errors }) : undefined;
}

const words: Record<string, () => string> = { name: m.name_missing, email: m.email_wrong, phone: m.phone_wrong };

/** A refusal's field violations with the page's own messages: the services' messages are for developers. */
export function fieldErrors(error: unknown): Record<string, string> {
  const ofForm = (field: string) => (field.startsWith("document") ? "documentNumber" : field);
  return Object.fromEntries(refusalOf(error).fields.map((field) => [ofForm(field), (words[field] ?? m.field_wrong)()]));
}
