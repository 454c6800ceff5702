import { redirect } from "@sveltejs/kit";
import { here, safeNext } from "#lib/server/guard.ts";
import { forgetSession, refreshTokenOf } from "#lib/server/session.ts";
import type { Actions, PageServerLoad } from "./$types";

// GET changes nothing: only the POST signs out.
export const load: PageServerLoad = () => redirect(303, here("/cuenta"));

export const actions: Actions = {
  default: async (event) => {
    const next = (await event.request.formData()).get("next");
    const refreshToken = refreshTokenOf(event);
    // The cookies are deleted in any case; if auth is unavailable, the session expires by itself.
    if (refreshToken) await event.locals.api.auth.logout({ refreshToken }, { timeoutMs: 2_000 }).catch(() => {});
    forgetSession(event);
    redirect(303, typeof next === "string" ? here(`/entrar?${new URLSearchParams({ next: safeNext(next, "/") })}`) : here("/"));
  },
};
