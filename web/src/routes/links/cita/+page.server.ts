import { fail, redirect } from "@sveltejs/kit";
import { answerPage } from "#lib/server/answer-page.ts";
import { answerVisit } from "#lib/server/answer-visit.ts";
import { here } from "#lib/server/guard.ts";
import { tokenIn, tokenOf } from "#lib/server/link-page.ts";
import { byLink, type Door } from "#lib/server/reassignment-door.ts";
import { reassignmentView } from "#lib/server/reassignment-view.ts";
import { refusalOf } from "#lib/server/refusal.ts";
import type { Actions, PageServerLoad } from "./$types";

// The link of the mail about a visit that lost its stylist, for who is not signed in. GET changes nothing, as mail scanners open links.
export const load: PageServerLoad = async (event) => {
  const token = tokenOf(event);
  const { api } = event.locals;
  return { token, answer: token ? await answerPage(api, byLink(api, token), event.url).catch(unlessInvalid) : undefined };
};

function unlessInvalid(error: unknown): undefined {
  if (!["link_invalid", "invalid_argument", "not_found"].includes(refusalOf(error).reason)) throw error;
}

export const actions: Actions = {
  default: async ({ locals, request, url }) => {
    const token = tokenIn(url);
    const door = byLink(locals.api, token);
    const form = await request.formData();
    const stylist = await offered(door);
    const answered = await answerVisit(door, form);
    if ("missing" in answered) return fail(422, { missing: true });
    if ("answered" in answered) {
      const { answered: way } = answered;
      return { answered: way, ...(way === "aceptar" && { stylist }), ...(way === "otra-hora" && { start: String(form.get("hora")) }) };
    }
    const { failure, chosen } = answered;
    if (chosen) redirect(303, here(`/links/cita?${new URLSearchParams({ token, respuesta: "otra-hora", ...chosen, falla: failure })}`));
    return fail(failure === "servicio" ? 503 : 409, { failure });
  },
};

// Once it is settled, who holds the link is no longer told the substitute's name: read before the answer, to confirm it.
const offered = (door: Door): Promise<string | undefined> =>
  door.see().then(
    (seen) => reassignmentView(seen)?.offer?.stylist,
    () => undefined,
  );
