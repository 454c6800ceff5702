import { Code } from "@connectrpc/connect";
import { Refusal } from "@lacio/chassis/errors";
import { shareOf } from "@lacio/salon/share";
import { withdrawableUntil } from "@lacio/salon/withdrawal";
import { later } from "./booking-line.ts";
import type { By, StoredBooking } from "./booking-schema.ts";

/** What the client may still do with a booking, until when, and what a cancellation refunds; undefined: not possible any more. */
export type ClientOptions = {
  /** The refund of a cancellation now. */
  refundIfCancelled?: bigint;
  /** Until when (inclusive) a cancellation is refunded in full. */
  freeUntil?: Date;
  /** The refund of a later one. */
  lateRefund?: bigint;
  movableUntil?: Date;
};

export function clientOptions(booking: StoredBooking, now: Date): ClientOptions {
  return { ...cancelling(booking, now), ...(isMovable(booking, now) && { movableUntil: movableUntil(booking) }) };
}

function cancelling(booking: StoredBooking, now: Date): ClientOptions {
  if (!isLive(booking) || booking.startsAt <= now) return {};
  const refundIfCancelled = refundOf(booking, "CLIENT", now);
  const { status, startsAt, freeUntilHours, lateRefundPercent, paidAt } = booking;
  if (status === "REASSIGNING") return { refundIfCancelled, freeUntil: startsAt };
  // Unpaid: as if it were paid now, as the right of withdrawal begins with the payment.
  const until = freeUntil({ startsAt, freeUntilHours, lateRefundPercent, paidAt: paidAt ?? now });
  return {
    refundIfCancelled,
    ...(now <= until && { freeUntil: until }),
    ...(until < startsAt && { lateRefund: lateRefund(booking) }),
  };
}

function isMovable(booking: StoredBooking, now: Date): boolean {
  try {
    refuseUnlessMovable(booking, "CLIENT", now);
    return true;
  } catch {
    return false;
  }
}

const movableUntil = (booking: StoredBooking): Date => (booking.status === "CONFIRMED" ? freeUntil(booking) : booking.expiresAt);

/** @throws Refusal `already_cancelled`, `being_reassigned`, `hold_expired`, `not_reschedulable`, `too_late` */
export function refuseUnlessMovable(booking: StoredBooking, by: By, now: Date): void {
  const { status, expiresAt, startsAt } = booking;
  if (status === "CANCELLED") throw alreadyCancelled();
  if (status === "EXPIRED" || (status === "PENDING_PAYMENT" && expiresAt <= now))
    throw new Refusal("hold_expired", "This booking was not paid in time.");
  if (!isLive(booking)) throw wrongStatus(booking, "not_reschedulable", "be moved");
  if (status === "REASSIGNING") throw beingReassigned();
  if (startsAt <= now) throw new Refusal("too_late", "The visit has begun already.");
  if (by === "CLIENT" && status === "CONFIRMED" && now > freeUntil(booking))
    throw new Refusal("too_late", "A booking can be moved as long as cancelling it is free.");
}

/**
 * The refund of a cancellation now: by the policy where the client cancels, in full where the salon does or the stylist can't come, none
 * where nothing was paid.
 */
export function refundOf(booking: StoredBooking, by: By, now: Date): bigint {
  if (booking.status === "REASSIGNING") return stillSold(booking);
  if (booking.status !== "CONFIRMED") return 0n;
  return by === "CLIENT" && now > freeUntil(booking) ? lateRefund(booking) : stillSold(booking);
}

type Policy = Pick<StoredBooking, "startsAt" | "paidAt" | "freeUntilHours" | "lateRefundPercent">;

/**
 * Until when (inclusive) a cancellation by the client is free: the policy's hours before the start; the start, where a late one is
 * refunded in full, too; and never before the right of withdrawal ends.
 */
function freeUntil({ startsAt, paidAt, freeUntilHours, lateRefundPercent }: Policy): Date {
  if (lateRefundPercent === 100) return startsAt;
  const policy = later(startsAt, -60 * freeUntilHours);
  const law = paidAt ? withdrawableUntil(paidAt, startsAt) : undefined;
  return law && law > policy ? new Date(law.getTime() - 1) : policy; // `law` is exclusive
}

// A share of the price, rounded down to the minor unit, but no more than is left of it.
const lateRefund = (booking: StoredBooking): bigint => atMost(stillSold(booking), shareOf(booking.price, booking.lateRefundPercent));

/** The part of the price that was not refunded and is not owed. */
export const stillSold = ({ price, refunded, owed }: StoredBooking): bigint => price - atMost(price, refunded + owed);

export const atMost = (limit: bigint, amount: bigint): bigint => (amount < limit ? amount : limit);

/** Held or paid, and not ended in any way. */
export const isLive = ({ status }: StoredBooking): boolean =>
  status === "PENDING_PAYMENT" || status === "CONFIRMED" || status === "REASSIGNING";

export const alreadyCancelled = () => new Refusal("already_cancelled", "This booking was cancelled already.");

export const changedMeanwhile = () => new Refusal("booking_changed", "The booking has changed meanwhile; look at it again.", Code.Aborted);

export const beingReassigned = () =>
  new Refusal(
    "being_reassigned",
    "The stylist of this booking can't come: answer what is offered instead, by POST /v1/bookings/{booking_id}/reassignment.",
  );

export const wrongStatus = ({ status }: StoredBooking, reason: string, what: string) =>
  new Refusal(reason, `A booking that is ${status} cannot ${what}.`);
