import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Api } from "./api.ts";
import { bookingView, viewOf, type BookingView } from "./booking-view.ts";
import { isAway, ownVisitIn, refusalOf } from "./refusal.ts";
import { forMove, whoIsFree } from "./slots.ts";

/** The target of a reschedule. `con` empty: any stylist. `costs`, `overlaps`: what the client agreed to for this start. */
export type Move = { start: string; con: string; costs: boolean; overlaps: boolean; expectedRevision: bigint };

/** `pregunta`: the client has to agree to the cost; `choca`: the id of the overlapping booking; `falla`: the refusal's reason. */
export type Moved = { booking: BookingView } | { pregunta: "1" } | { choca: string } | { falla: string };

/** Reschedules a booking. Idempotent: a booking that is at the target already is an answer. */
export async function moveBooking(api: Api, bookingId: string, move: Move): Promise<Moved> {
  try {
    const booking = await bookingView(api, bookingId);
    if (isThere(booking, move)) return { booking };
    const staffId = move.con || (await whoIsFree(forMove(api, bookingId), move.start, booking.staffId));
    if (!staffId) return { falla: "slot_taken" };
    if (!move.costs && (await lossOf(api, booking, move.start, staffId))) return { pregunta: "1" };
    const { expectedRevision } = move;
    const wish = { bookingId, desiredStart: timestampFromDate(new Date(move.start)), staffId, refuseOverlap: !move.overlaps };
    return { booking: viewOf((await api.booking.rescheduleBooking({ ...wish, expectedRevision })).booking!) };
  } catch (error) {
    if (isAway(error)) return { falla: "servicio" };
    const other = ownVisitIn(error);
    if (other) return { choca: other };
    const { reason } = refusalOf(error);
    // A double submit: the first request has moved it meanwhile.
    const now = ["booking_changed", "same_slot"].includes(reason) ? await bookingView(api, bookingId) : undefined;
    return now && isThere(now, move) ? { booking: now } : { falla: reason };
  }
}

export type Loss = { refund: number; movable: boolean };

/** What moving a paid visit to a start would cost: a smaller refund, or the right to move it again. Undefined: nothing. */
export async function lossOf(api: Api, now: BookingView, start: string, con: string): Promise<Loss | undefined> {
  const staffId = con || (await whoIsFree(forMove(api, now.id), start, now.staffId)) || now.staffId;
  const wish = { bookingId: now.id, desiredStart: timestampFromDate(new Date(start)), staffId, validateOnly: true };
  const { booking } = await api.booking.rescheduleBooking(wish);
  const { refundIfCancelled: refund, movableUntil } = viewOf(booking!);
  return refund < now.refundIfCancelled || !movableUntil ? { refund, movable: movableUntil !== undefined } : undefined;
}

const isThere = ({ status, payable, start, staffId }: BookingView, to: Move): boolean =>
  (payable || status === "CONFIRMED") && Date.parse(start) === Date.parse(to.start) && (to.con === "" || to.con === staffId);
