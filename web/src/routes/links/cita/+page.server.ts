import { fail, redirect } from "@sveltejs/kit";
import { answerIn, give, statusOf } from "#lib/server/answer.ts";
import { here } from "#lib/server/guard.ts";
import { tokenIn, tokenOf, unlessInvalid } from "#lib/server/link-page.ts";
import { byLink, type Door } from "#lib/server/reassignment-door.ts";
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
    const door = byLink(locals.api, tokenIn(url));
    const answer = answerIn(await request.formData());
    if (!answer) return fail(422);
    const stylist = answer.case === "accept" ? await offered(door) : undefined;
    const { failure } = await give(door, answer);
    return failure ? fail(statusOf(failure), { failure }) : { answered: { stylist } };
  },
};

// Once it is settled, who holds the link is no longer told the substitute's name: read before the answer, to confirm it.
const offered = (door: Door): Promise<string | undefined> =>
  door.see().then(
    (seen) => reassignmentView(seen)?.offer?.stylist,
    () => undefined,
  );
