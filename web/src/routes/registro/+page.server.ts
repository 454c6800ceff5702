import { Code } from "@connectrpc/connect";
import { fail, redirect } from "@sveltejs/kit";
import * as v from "valibot";
import { m } from "#lib/paraglide/messages.js";
import { getLocale } from "#lib/paraglide/runtime.js";
import { emailRule, nameRule, newPasswordRule, phoneRule } from "#lib/server/account-rules.ts";
import { check, typed } from "#lib/server/check.ts";
import { here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { goOn, intentIn, intentParams } from "#lib/server/sign-in.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = ({ locals, url }) => {
  const intent = intentIn(url.searchParams);
  if (locals.session && !intent.choice) redirect(303, intent.next ?? here("/reservas"));
  return { choice: intent.choice, other: intentParams(intent) };
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
      if (isAway(error)) return fail(503, { values: typed(form), failure: m.sign_in_away() });
      const { code, reason } = refusalOf(error);
      if (code === Code.ResourceExhausted) return fail(429, { values: typed(form), failure: m.too_many_tries({ seconds: 60 }) });
      if (reason !== "email_taken") return fail(400, { values: typed(form), failure: m.register_failed() });
      // Sent twice, or the first answer was lost: with the right password the account is hers, and she goes on.
      tokens = await auth.login({ email, password }).catch(() => undefined);
      if (!tokens) return fail(409, { values: typed(form), taken: true });
    }
    return goOn(event, tokens, intentIn(event.url.searchParams));
  },
};
