import { fail } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { getLocale } from "#lib/paraglide/runtime.js";
import { commonFailure, fieldErrors } from "#lib/server/account-failure.ts";
import { emailRule, nameRule, newPasswordRule, phoneRule } from "#lib/server/account-rules.ts";
import { check, typed } from "#lib/server/check.ts";
import { refusalOf } from "#lib/server/refusal.ts";
import { goOn, intentIn, intentParams, passBy, waitingSlot } from "#lib/server/sign-in.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const intent = intentIn(event.url.searchParams);
  passBy(event, intent);
  return { slot: await waitingSlot(event.locals.api, intent), other: intentParams(intent) };
};

export const actions: Actions = {
  default: async (event) => {
    const form = await event.request.formData();
    const rules = v.object({ name: nameRule(), email: emailRule(), phone: phoneRule(), password: newPasswordRule() });
    const checked = check(rules, form);
    if ("errors" in checked) return fail(422, { values: typed(form), errors: checked.errors });
    const { auth } = event.locals.api;
    const { email, password } = checked.values;
    let tokens;
    try {
      tokens = await auth.register({ ...checked.values, locale: getLocale() });
    } catch (error) {
      const common = commonFailure(error, form);
      if (common) return common;
      if (refusalOf(error).reason !== "email_taken")
        return fail(422, { values: typed(form), failure: m.register_failed(), errors: fieldErrors(error) });
      // A double submit, or the first answer was lost: if the password matches, the account is hers and she is signed in.
      try {
        tokens = await auth.login({ email, password });
      } catch (refused) {
        return commonFailure(refused, form) ?? fail(409, { values: typed(form), taken: true });
      }
    }
    return goOn(event, tokens, intentIn(event.url.searchParams));
  },
};
