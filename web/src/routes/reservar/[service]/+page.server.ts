import { fail, redirect } from "@sveltejs/kit";
import { ableTo, offerBySlug, people } from "#lib/server/catalogue.ts";
import { client, here } from "#lib/server/guard.ts";
import { choiceIn, choiceParams, hold, openHolds, type OpenHold } from "#lib/server/hold.ts";
import { calendarFor, ofService } from "#lib/server/slots.ts";
import { wishIn } from "#lib/server/wish.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const [offer, everybody] = await Promise.all([offerBySlug(locals.api, params.service), people(locals.api)]);
  if (params.service !== offer.slug) redirect(307, here(`/reservar/${offer.slug}${url.search}`));
  const able = ableTo(offer, everybody).map(({ id, name }) => ({ id, name }));
  const con = url.searchParams.get("con") ?? "";
  const staffId = able.some(({ id }) => id === con) ? con : "";
  const { failure, ...wish } = wishIn(url);
  const held = failure ? undefined : await ownHold(locals, offer.id, wish.start);
  const calendar = await calendarFor(ofService(locals.api, offer.id), { serviceId: offer.id, staffId, held, ...wish });
  return {
    offer,
    people: able,
    calendar,
    failure,
    again: wish.first,
    /** Whether what is chosen is an hour that she holds already. */
    held: held !== undefined && calendar?.chosen !== undefined && Date.parse(calendar.chosen) === Date.parse(held.start),
    /** Made with the page: pressing twice books once. */
    key: crypto.randomUUID(),
  };
};

// Who comes back from the review finds her own hour still chosen. Nobody's page fails for it.
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
    if (!event.locals.session) redirect(303, here(`/registro?${choiceParams(choice)}`));
    client(event);
    return hold(event, choice);
  },
};
