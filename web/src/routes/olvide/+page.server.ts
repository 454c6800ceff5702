import { fail } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { commonFailure } from "#lib/server/account-failure.ts";
import { emailRule } from "#lib/server/account-rules.ts";
import { check, typed } from "#lib/server/check.ts";
import type { Actions } from "./$types";

export const actions: Actions = {
  default: async ({ request, locals }) => {
    const form = await request.formData();
    const checked = check(v.object({ email: emailRule() }), form);
    if ("errors" in checked) return fail(422, { values: typed(form), errors: checked.errors });
    try {
      await locals.api.auth.requestPasswordReset(checked.values);
    } catch (error) {
      return commonFailure(error, form) ?? fail(422, { values: typed(form), errors: { email: m.email_wrong() } });
    }
    return { sent: checked.values.email }; // the same answer for an unknown address: no account enumeration
  },
};
