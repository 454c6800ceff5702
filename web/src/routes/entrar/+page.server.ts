import { fail } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { commonFailure } from "#lib/server/account-failure.ts";
import { emailRule, passwordRule } from "#lib/server/account-rules.ts";
import { check, typed } from "#lib/server/check.ts";
import { refusalOf } from "#lib/server/refusal.ts";
import { goOn, intentIn, intentParams, passBy, waitingSlot } from "#lib/server/sign-in.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const { searchParams } = event.url;
  const intent = intentIn(searchParams);
  passBy(event, intent);
  return {
    slot: await waitingSlot(event.locals.api, intent),
    other: intentParams(intent),
    email: searchParams.get("correo") ?? "",
    newPassword: searchParams.get("aviso") === "clave",
  };
};

export const actions: Actions = {
  default: async (event) => {
    const form = await event.request.formData();
    const checked = check(v.object({ email: emailRule(), password: passwordRule() }), form);
    if ("errors" in checked) return fail(422, { values: typed(form), errors: checked.errors });
    let tokens;
    try {
      tokens = await event.locals.api.auth.login(checked.values);
    } catch (error) {
      const common = commonFailure(error, form);
      if (common) return common;
      // The same message for an unknown address: no account enumeration. That an account is disabled learns who has its password.
      const closed = refusalOf(error).reason === "account_disabled";
      return fail(closed ? 403 : 400, { values: typed(form), failure: closed ? m.account_disabled() : m.bad_credentials() });
    }
    return goOn(event, tokens, intentIn(event.url.searchParams));
  },
};
