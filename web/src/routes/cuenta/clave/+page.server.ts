import { fail, redirect } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { proofFailure } from "#lib/server/account-failure.ts";
import { newPasswordRule, passwordRule } from "#lib/server/account-rules.ts";
import { check, type Errors } from "#lib/server/check.ts";
import { here, person } from "#lib/server/guard.ts";
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
    const checked = check(v.object({ password: passwordRule(), "new-password": newPasswordRule() }), form);
    if ("errors" in checked) return fail(422, { errors: checked.errors });
    const { password: currentPassword, "new-password": newPassword } = checked.values;
    try {
      await event.locals.api.auth.changePassword({ currentPassword, newPassword });
    } catch (error) {
      const errors: Errors = { "new-password": m.field_wrong() };
      return proofFailure(event, error, form) ?? fail(422, { errors });
    }
    redirect(303, here("/cuenta?aviso=clave"));
  },
};
