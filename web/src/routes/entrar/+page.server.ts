import { Code } from "@connectrpc/connect";
import { fail, redirect } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { emailRule, passwordRule } from "#lib/server/account-rules.ts";
import { check, typed } from "#lib/server/check.ts";
import { here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { goOn, intentIn, intentParams } from "#lib/server/sign-in.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = ({ locals, url }) => {
  const intent = intentIn(url.searchParams);
  if (locals.session && !intent.choice) redirect(303, intent.next ?? here("/reservas"));
  return { choice: intent.choice, other: intentParams(intent), email: url.searchParams.get("correo") ?? "", fresh: url.searchParams.get("aviso") ?? "" };
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
      if (isAway(error)) return fail(503, { values: typed(form), failure: m.sign_in_away() });
      const { code, retryAfterSeconds } = refusalOf(error);
      if (code === Code.ResourceExhausted)
        return fail(429, { values: typed(form), failure: m.too_many_tries({ seconds: retryAfterSeconds ?? 60 }) });
      return fail(400, { values: typed(form), failure: m.bad_credentials() });
    }
    return goOn(event, tokens, intentIn(event.url.searchParams));
  },
};
