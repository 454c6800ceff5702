import type { Booking } from "./booking.ts";
import { freeUntil, lateRefund, refundByPolicy } from "./cancel-policy.ts";

/** What the client of a booking may still do and until when, and what she gets back; what she cannot do any more is undefined. */
export type ClientOptions = {
  /** What a cancellation now gives back. */
  refundIfCancelled?: bigint;
  /** Until when a cancellation gives everything back. */
  freeUntil?: Date;
  /** What a later one gives. */
  lateRefund?: bigint;
  movableUntil?: Date;
};

export function clientOptions(booking: Booking, now: Date): ClientOptions {
  return { ...cancelling(booking, now), ...(isMovable(booking, now) && { movableUntil: movableUntil(booking) }) };
}

function cancelling(booking: Booking, now: Date): ClientOptions {
  if (!booking.isLive() || booking.startsAt <= now) return {};
  const { startsAt, freeUntilHours, lateRefundPercent, paidAt } = booking;
  // Who has not paid sees what will hold once she has.
  const until = freeUntil({ startsAt, freeUntilHours, lateRefundPercent, paidAt: paidAt ?? now });
  return {
    refundIfCancelled: booking.status === "CONFIRMED" ? refundByPolicy(booking, now) : 0n,
    ...(now <= until && { freeUntil: until }),
    ...(until < startsAt && { lateRefund: lateRefund(booking) }),
  };
}

function isMovable(booking: Booking, now: Date): boolean {
  try {
    booking.refuseUnlessMovable("CLIENT", now);
    return true;
  } catch {
    return false;
  }
}

const movableUntil = (booking: Booking): Date => (booking.status === "CONFIRMED" ? freeUntil(booking) : booking.expiresAt);
