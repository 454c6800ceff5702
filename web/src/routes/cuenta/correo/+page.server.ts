import { fail } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { proofFailure } from "#lib/server/account-failure.ts";
import { emailRule, passwordRule } from "#lib/server/account-rules.ts";
import { check, typed, type Errors } from "#lib/server/check.ts";
import { person } from "#lib/server/guard.ts";
import { refusalOf } from "#lib/server/refusal.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  person(event);
  const { profile } = await event.locals.api.users.getMe({});
  return { email: profile!.email };
};

export const actions: Actions = {
  default: async (event) => {
    person(event);
    const form = await event.request.formData();
    const checked = check(v.object({ email: emailRule(), password: passwordRule() }), form);
    if ("errors" in checked) return fail(422, { values: typed(form), errors: checked.errors });
    try {
      await event.locals.api.auth.changeEmail(checked.values);
    } catch (error) {
      return proofFailure(event, error, form) ?? fail(422, { values: typed(form), errors: whyNot(error) });
    }
    return { sent: checked.values.email };
  },
};

function whyNot(error: unknown): Errors {
  const { reason } = refusalOf(error);
  if (reason === "email_unchanged") return { email: m.email_unchanged() };
  return { email: reason === "email_taken" ? m.email_taken_by_other() : m.email_wrong() };
}
