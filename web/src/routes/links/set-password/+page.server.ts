import { fail, redirect } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { commonFailure } from "#lib/server/account-failure.ts";
import { newPasswordRule } from "#lib/server/account-rules.ts";
import { check } from "#lib/server/check.ts";
import { here } from "#lib/server/guard.ts";
import { tokenOf } from "#lib/server/link-page.ts";
import { refusalOf } from "#lib/server/refusal.ts";
import { forgetSession } from "#lib/server/session.ts";
import type { Actions, PageServerLoad } from "./$types";

// For a password reset and for an invitation. GET changes nothing, as mail scanners open links.
export const load: PageServerLoad = (event) => ({ token: tokenOf(event) });

export const actions: Actions = {
  default: async (event) => {
    const form = await event.request.formData();
    const checked = check(v.object({ password: newPasswordRule() }), form);
    if ("errors" in checked) return fail(422, { errors: checked.errors });
    try {
      await event.locals.api.auth.resetPassword({ token: String(form.get("token") ?? ""), password: checked.values.password });
    } catch (error) {
      const common = commonFailure(error, form);
      if (common) return common;
      if (refusalOf(error).fields.includes("password")) return fail(422, { errors: { password: m.field_wrong() } });
      return fail(400, { invalid: true });
    }
    forgetSession(event); // a new password revokes all sessions, this browser's too
    redirect(303, here("/entrar?aviso=clave"));
  },
};
