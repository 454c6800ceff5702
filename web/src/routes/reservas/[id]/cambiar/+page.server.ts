import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fail, redirect } from "@sveltejs/kit";
import { ableTo, offers, people } from "#lib/server/catalogue.ts";
import { bookingView } from "#lib/server/booking-view.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { calendarFor } from "#lib/server/slots.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const [booking, services, all] = await Promise.all([bookingView(locals.api, params.id), offers(locals.api), people(locals.api)]);
  if (!["PENDING_PAYMENT", "CONFIRMED"].includes(booking.status)) redirect(303, here(`/reservas/${booking.id}`));
  const offer = services.find(({ id }) => id === booking.serviceId);
  const able = offer ? ableTo(offer, all) : all.filter(({ id }) => id === booking.staffId);
  const staffId = able.find(({ id }) => id === url.searchParams.get("con"))?.id ?? booking.staffId;
  const day = /^\d{4}-\d\d-\d\d$/.test(url.searchParams.get("dia") ?? "") ? url.searchParams.get("dia")! : undefined;
  const asked = url.searchParams.get("hora");
  const start = asked && !Number.isNaN(Date.parse(asked)) ? asked : undefined;
  const calendar = await calendarFor(locals.api, { serviceId: booking.serviceId, staffId, day, start });
  return {
    booking,
    people: able.map(({ id, name }) => ({ id, name })),
    staffId,
    calendar,
    failure: url.searchParams.get("falla") ?? undefined,
  };
};

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const { locals, params } = event;
    const form = await event.request.formData();
    const [start, staffId] = [String(form.get("hora") ?? ""), String(form.get("con") ?? "")];
    if (Number.isNaN(Date.parse(start))) return fail(422, { missing: true });
    let unpaid: boolean;
    try {
      const wish = { bookingId: params.id, desiredStart: timestampFromDate(new Date(start)), staffId };
      const { booking } = await locals.api.booking.rescheduleBooking(wish);
      unpaid = booking?.expiresAt !== undefined;
    } catch (error) {
      const failure = isAway(error) ? "servicio" : refusalOf(error).reason;
      redirect(303, here(`/reservas/${params.id}/cambiar?${new URLSearchParams({ con: staffId, hora: start, falla: failure })}`));
    }
    redirect(303, here(unpaid ? `/reservas/${params.id}/pagar` : `/reservas/${params.id}?cambiada=1`));
  },
};
