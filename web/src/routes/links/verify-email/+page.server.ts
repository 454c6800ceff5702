import { fail } from "@sveltejs/kit";
import { m } from "#lib/paraglide/messages.js";
import { commonFailure } from "#lib/server/account-failure.ts";
import { tokenOf } from "#lib/server/link-page.ts";
import type { Actions, PageServerLoad } from "./$types";

// Mail scanners open links: only the button's POST confirms.
export const load: PageServerLoad = (event) => ({ token: tokenOf(event) });

export const actions: Actions = {
  default: async ({ request, locals }) => {
    const form = await request.formData();
    try {
      await locals.api.auth.verifyEmail({ token: String(form.get("token") ?? "") });
    } catch (error) {
      return commonFailure(error, form) ?? fail(400, { invalid: true });
    }
    return { done: m.verify_done() };
  },
};
