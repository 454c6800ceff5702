import { fail, redirect } from "@sveltejs/kit";
import { ableTo, offerBySlug, people } from "#lib/server/catalogue.ts";
import { drawnFor } from "#lib/server/drawn-for.ts";
import { client, here } from "#lib/server/guard.ts";
import { agreedIn, choiceIn, choiceParams, hold } from "#lib/server/hold.ts";
import { holdQuestion } from "#lib/server/hold-question.ts";
import { openHolds, type OpenHold } from "#lib/server/open-holds.ts";
import { isKnown } from "#lib/server/session.ts";
import { calendarFor, ofService } from "#lib/server/slots.ts";
import { wishIn } from "#lib/server/wish.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals, params, request, url }) => {
  const [offer, everybody] = await Promise.all([offerBySlug(locals.api, params.service), people(locals.api)]);
  if (params.service !== offer.slug) redirect(307, here(`/reservar/${offer.slug}${url.search}`));
  const able = ableTo(offer, everybody).map(({ id, name }) => ({ id, name }));
  const con = url.searchParams.get("con") ?? "";
  const staffId = able.some(({ id }) => id === con) ? con : "";
  const { failure, ...wish } = wishIn(url);
  const held = failure ? undefined : await ownHold(locals, offer.id, wish.start);
  const calendar = await calendarFor(ofService(locals.api, offer.id), { serviceId: offer.id, staffId, held, ...wish });
  const chosen = calendar?.chosen;
  // A proposed hour goes into the URL too, so that a reload shows the same page.
  if (chosen && !wish.start && request.method === "GET")
    redirect(307, here(`/reservar/${offer.slug}?${new URLSearchParams([...url.searchParams, ["hora", chosen]])}`));
  const hour = calendar?.hours.find(({ start }) => start === chosen);
  return {
    offer,
    people: able,
    calendar,
    failure,
    again: wish.first,
    /** Whether the client holds the chosen start already. */
    held: held !== undefined && chosen !== undefined && Date.parse(chosen) === Date.parse(held.start),
    question: hour && !held ? await holdQuestion(locals, offer.id, hour, url.searchParams.get("pregunta")) : undefined,
    /** Idempotency key, made when the page is rendered: a double submit books once. */
    key: crypto.randomUUID(),
  };
};

// Back from the review, the held hour is still chosen. Errors are swallowed: the page is rendered without it.
async function ownHold({ api, session }: App.Locals, serviceId: string, start: string | undefined): Promise<OpenHold | undefined> {
  if (session?.role !== "CLIENT") return undefined;
  const holds = await openHolds(api, serviceId).catch((): OpenHold[] => []);
  return holds.find((held) => !start || Date.parse(held.start) === Date.parse(start));
}

export const actions: Actions = {
  default: async (event) => {
    const form = await event.request.formData();
    form.set("servicio", event.params.service);
    const choice = choiceIn(form);
    if (!choice) return fail(422, { missing: true });
    // A browser that has known an account goes to the login, any other to the registration.
    const door = isKnown(event) || drawnFor(form) ? "entrar" : "registro";
    if (!event.locals.session) redirect(303, here(`/${door}?${choiceParams(choice)}`));
    client(event);
    return hold(event, choice, agreedIn(form));
  },
};
