import { fail, redirect } from "@sveltejs/kit";
import { ableTo, offerBySlug, people } from "#lib/server/catalogue.ts";
import { client, here } from "#lib/server/guard.ts";
import { choiceIn, choiceParams, hold } from "#lib/server/hold.ts";
import { calendarFor } from "#lib/server/slots.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const asked = (name: string) => url.searchParams.get(name) ?? undefined;
  const offer = await offerBySlug(locals.api, params.service);
  const able = ableTo(offer, await people(locals.api));
  const staffId = able.some(({ id }) => id === asked("con")) ? asked("con")! : "";
  const day = /^\d{4}-\d\d-\d\d$/.test(asked("dia") ?? "") && !Number.isNaN(Date.parse(asked("dia")!)) ? asked("dia") : undefined;
  const start = asked("hora") && !Number.isNaN(Date.parse(asked("hora")!)) ? asked("hora") : undefined;
  const wish = { serviceId: offer.id, staffId, day, start, choose: asked("otra") ? ("first" as const) : undefined };
  return {
    offer,
    people: able.map(({ id, name }) => ({ id, name })),
    staffId,
    calendar: await calendarFor(locals.api, wish),
    failure: asked("falla"),
    /** Made with the page: pressing twice books once. */
    key: crypto.randomUUID(),
  };
};

export const actions: Actions = {
  default: async (event) => {
    const form = await event.request.formData();
    form.set("servicio", event.params.service);
    const choice = choiceIn(form);
    if (!choice) return fail(422, { missing: true });
    if (!event.locals.session) redirect(303, `${here("/registro")}?${choiceParams(choice)}`);
    client(event);
    return hold(event, choice);
  },
};
