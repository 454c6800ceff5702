import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { fail, redirect } from "@sveltejs/kit";
import type { Api } from "#lib/server/api.ts";
import { bookingView, viewOf, type BookingView } from "#lib/server/booking-view.ts";
import { ableTo, offers, people } from "#lib/server/catalogue.ts";
import { client, here } from "#lib/server/guard.ts";
import { isAway, refusalOf } from "#lib/server/refusal.ts";
import { seenIn } from "#lib/server/seen.ts";
import { calendarFor, forMove, whoIsFree } from "#lib/server/slots.ts";
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
  const { failure, ...asked } = wishIn(url);
  const wish = { serviceId: booking.serviceId, staffId, ...(!asked.start && { day: dayOf(booking.start) }), ...asked };
  const calendar = booking.movableUntil ? await calendarFor(forMove(locals.api, booking.id), wish) : undefined;
  const sold = offer !== undefined || calendar?.first !== undefined;
  return {
    booking,
    people: able,
    sold,
    movable: sold && booking.movableUntil !== undefined,
    calendar,
    failure,
    // What the chosen hour would take from her: she is asked once more.
    loss:
      asked.start && url.searchParams.has("pregunta") ? await lossOf(locals.api, booking, asked.start, con).catch(unknownYet) : undefined,
  };
};

// What is wrong with the hour is said when it is confirmed.
const unknownYet = (error: unknown) => (error instanceof ConnectError ? undefined : Promise.reject(error as Error));

export type Loss = { refund: number; movable: boolean };

/** What moving a paid visit to a start would cost: a smaller refund, or the last chance to move it. Undefined: nothing. */
async function lossOf(api: Api, now: BookingView, start: string, con: string): Promise<Loss | undefined> {
  const staffId = con || (await whoIsFree(forMove(api, now.id), start, now.staffId)) || now.staffId;
  const wish = { bookingId: now.id, desiredStart: timestampFromDate(new Date(start)), staffId, validateOnly: true };
  const { booking } = await api.booking.rescheduleBooking(wish);
  const { refundIfCancelled: refund, movableUntil } = viewOf(booking!);
  return refund < now.refundIfCancelled || !movableUntil ? { refund, movable: movableUntil !== undefined } : undefined;
}

export const actions: Actions = {
  default: async (event) => {
    client(event);
    const { locals, params } = event;
    const form = await event.request.formData();
    const [start, con, agreed] = ["hora", "con", "acepto"].map((name) => String(form.get(name) ?? "")) as [string, string, string];
    if (Number.isNaN(Date.parse(start))) return fail(422, { missing: true });
    const again = (more: Record<string, string>) => {
      const back = new URLSearchParams({ dia: dayOf(start), con, hora: start, ...more });
      return redirect(303, here(`/reservas/${params.id}/cambiar?${back}`));
    };
    let failure: string | undefined;
    let unpaid = false;
    let costs = false;
    try {
      const booking = await bookingView(locals.api, params.id);
      unpaid = booking.payable;
      const staffId = con || (await whoIsFree(forMove(locals.api, booking.id), start, booking.staffId));
      const wish = { bookingId: params.id, desiredStart: timestampFromDate(new Date(start)), staffId };
      if (!staffId) failure = "slot_taken";
      else if (agreed !== start && (await lossOf(locals.api, booking, start, staffId))) costs = true;
      else await locals.api.booking.rescheduleBooking({ ...wish, ...seenIn(form) });
    } catch (error) {
      failure = isAway(error) ? "servicio" : refusalOf(error).reason;
    }
    // Pressed twice: the first one has moved it.
    if (failure === "same_slot") failure = undefined;
    if (failure === "hold_expired") redirect(303, here(`/reservas/${params.id}/pagar`));
    if (failure === "already_cancelled" || failure === "not_reschedulable") redirect(303, here(`/reservas/${params.id}`));
    if (failure) again({ falla: failure });
    if (costs) again({ pregunta: "1" });
    redirect(303, here(unpaid ? `/reservas/${params.id}/pagar` : `/reservas/${params.id}?cambiada=1`));
  },
};
