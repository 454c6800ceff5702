import { shareOf } from "@lacio/salon/share";
import { withdrawableUntil } from "@lacio/salon/withdrawal";
import { later } from "./busy-parts.ts";

/** The policy that was frozen on a booking when it was made, and its money in minor units: what it costs, and what of that went back or is owed already. */
type Frozen = { startsAt: Date; paidAt?: Date | null; freeUntilHours: number; lateRefundPercent: number } & Money;
type Money = { price: bigint; refunded: bigint; owed: bigint };

/**
 * Until when, and then too, a cancellation by the client costs nothing: so many hours before the start, to the start where it never costs,
 * and never earlier than the law lets her withdraw.
 */
export function freeUntil({ startsAt, paidAt, freeUntilHours, lateRefundPercent }: Omit<Frozen, keyof Money>): Date {
  if (lateRefundPercent === 100) return startsAt;
  const policy = later(startsAt, -60 * freeUntilHours);
  const law = paidAt ? withdrawableUntil(paidAt, startsAt) : undefined;
  return law && law > policy ? new Date(law.getTime() - 1) : policy;
}

/** What a client gets back who cancels a paid booking after that: a share of the price, rounded down to the minor unit, as far as it is there. */
export const lateRefund = (booking: Frozen): bigint => atMost(stillSold(booking), shareOf(booking.price, booking.lateRefundPercent));

/** What a client gets back who cancels a paid booking now. */
export const refundByPolicy = (booking: Frozen, now: Date): bigint =>
  now <= freeUntil(booking) ? stillSold(booking) : lateRefund(booking);

/** What of the price neither went back nor should have. */
export const stillSold = ({ price, refunded, owed }: Money): bigint => price - atMost(price, refunded + owed);

const atMost = (limit: bigint, amount: bigint): bigint => (amount < limit ? amount : limit);
