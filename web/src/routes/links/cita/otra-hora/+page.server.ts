import { fail, redirect } from "@sveltejs/kit";
import { dayOf } from "#lib/format.ts";
import { give, timeIn } from "#lib/server/answer.ts";
import { here } from "#lib/server/guard.ts";
import { tokenIn, tokenOf, unlessInvalid } from "#lib/server/link-page.ts";
import { otherTimes } from "#lib/server/other-times.ts";
import { byLink } from "#lib/server/reassignment-door.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  const token = tokenOf(event);
  const { api } = event.locals;
  const times = await otherTimes(api, byLink(api, token), event.url).catch(unlessInvalid);
  // Nothing to choose any more, or no valid link: the first page tells it.
  const falla = event.url.searchParams.get("falla");
  if (!times) redirect(303, here(`/links/cita?${new URLSearchParams({ token, ...(falla && { falla }) })}`));
  return { token, times };
};

export const actions: Actions = {
  default: async ({ locals, request, url }) => {
    const token = tokenIn(url);
    const time = timeIn(await request.formData());
    if (!time) return fail(422, { missing: true });
    const { hora, con, answer } = time;
    const { failure } = await give(byLink(locals.api, token), answer);
    if (!failure) redirect(303, here(`/links/cita?${new URLSearchParams({ token })}`)); // which tells what became of it
    redirect(303, here(`/links/cita/otra-hora?${new URLSearchParams({ token, con, dia: dayOf(hora), hora, falla: failure })}`));
  },
};
