import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fail, redirect } from "@sveltejs/kit";
import { bookingView, type BookingView } from "#lib/server/booking-view.ts";
import { ableTo, offers, people } from "#lib/server/catalogue.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { calendarFor, whoIsFree } from "#lib/server/slots.ts";
import { wishIn } from "#lib/server/wish.ts";
import { dayOf } from "#lib/format.ts";
import type { Actions, PageServerLoad } from "./$types";

export const load: PageServerLoad = async (event) => {
  client(event);
  const { locals, params, url } = event;
  const [booking, services, everybody] = await Promise.all([bookingView(locals.api, params.id), offers(locals.api), people(locals.api)]);
  if (booking.status === "EXPIRED") redirect(303, here(`/reservas/${booking.id}/pagar`));
  if (booking.status !== "PENDING_PAYMENT" && booking.status !== "CONFIRMED") redirect(303, here(`/reservas/${booking.id}`));
  const offer = services.find(({ id }) => id === booking.serviceId);
  const able = (offer ? ableTo(offer, everybody) : []).map(({ id, name }) => ({ id, name }));
  const con = url.searchParams.get("con") ?? booking.staffId;
  const staffId = able.some(({ id }) => id === con) ? con : "";
  const { failure, ...wish } = wishIn(url);
  const movable = isMovable(booking);
  return {
    booking,
    people: able,
    movable,
    calendar: movable ? await calendarFor(locals.api, { serviceId: booking.serviceId, staffId, ...wish }) : undefined,
    failure,
  };
};

// As booking sees it: an unpaid one always, a paid one while cancelling it is free.
function isMovable({ status, freeUntil, start }: BookingView): boolean {
  return status === "PENDING_PAYMENT" || Date.parse(freeUntil ?? start) > Date.now();
}

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const { locals, params } = event;
    const form = await event.request.formData();
    const [start, con] = [String(form.get("hora") ?? ""), String(form.get("con") ?? "")];
    if (Number.isNaN(Date.parse(start))) return fail(422, { missing: true });
    let failure: string | undefined;
    let unpaid = false;
    try {
      const { booking } = await locals.api.booking.getBooking({ bookingId: params.id });
      unpaid = booking?.expiresAt !== undefined;
      const staffId = con || (await whoIsFree(locals.api, booking!.lines[0]!.serviceId, start, booking!.staffId));
      const wish = { bookingId: params.id, desiredStart: timestampFromDate(new Date(start)), staffId };
      if (staffId) await locals.api.booking.rescheduleBooking(wish);
      else failure = "slot_taken";
    } catch (error) {
      failure = isAway(error) ? "servicio" : refusalOf(error).reason;
    }
    // Pressed twice: the first one has moved it.
    if (failure === "same_slot") failure = undefined;
    if (failure === "hold_expired") redirect(303, here(`/reservas/${params.id}/pagar`));
    if (failure === "already_cancelled" || failure === "not_reschedulable") redirect(303, here(`/reservas/${params.id}`));
    if (failure) {
      const back = new URLSearchParams({ dia: dayOf(start), con, hora: start, falla: failure });
      redirect(303, here(`/reservas/${params.id}/cambiar?${back}`));
    }
    redirect(303, here(unpaid ? `/reservas/${params.id}/pagar` : `/reservas/${params.id}?cambiada=1`));
  },
};
