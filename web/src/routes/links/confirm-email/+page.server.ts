import { fail } from "@sveltejs/kit";
import { commonFailure } from "#lib/server/account-failure.ts";
import { tokenOf } from "#lib/server/link-page.ts";
import { refusalOf } from "#lib/server/refusal.ts";
import type { Actions, PageServerLoad } from "./$types";

// Mail scanners open links: only the button's POST changes the address.
export const load: PageServerLoad = (event) => ({ token: tokenOf(event) });

export const actions: Actions = {
  default: async ({ request, locals }) => {
    const form = await request.formData();
    try {
      await locals.api.auth.confirmEmailChange({ token: String(form.get("token") ?? "") });
    } catch (error) {
      const common = commonFailure(error, form);
      if (common) return common;
      if (refusalOf(error).reason === "email_taken") return fail(409, { taken: true });
      return fail(400, { invalid: true });
    }
    return { done: true };
  },
};
