import { fail, redirect } from "@sveltejs/kit";
import { answerIn, give, statusOf } from "#lib/server/answer.ts";
import { here } from "#lib/server/guard.ts";
import { tokenIn, tokenOf, unlessInvalid } from "#lib/server/link-page.ts";
import { byLink } from "#lib/server/reassignment-door.ts";
import { reassignmentView } from "#lib/server/reassignment-view.ts";
import type { Actions, PageServerLoad } from "./$types";

// The link of the mail about a visit that lost its stylist, for who is not signed in. GET changes nothing, as mail scanners open links.
export const load: PageServerLoad = async (event) => {
  const token = tokenOf(event);
  const { searchParams } = event.url;
  if (searchParams.get("respuesta") === "otra-hora") redirect(303, here(`/links/cita/otra-hora?${new URLSearchParams({ token })}`));
  const seen = await byLink(event.locals.api, token).see().catch(unlessInvalid);
  return {
    token,
    view: seen && reassignmentView(seen),
    refund: searchParams.get("respuesta") === "devolver",
    failure: searchParams.get("falla") ?? undefined,
  };
};

export const actions: Actions = {
  default: async ({ locals, request, url }) => {
    const answer = answerIn(await request.formData());
    if (!answer) return fail(422);
    const { failure } = await give(byLink(locals.api, tokenIn(url)), answer);
    return failure ? fail(statusOf(failure), { failure }) : { answered: true };
  },
};
