import { shareOf } from "@lacio/salon/share";
import { later } from "./busy-parts.ts";

/** The policy that was frozen on a booking when it was made. The price is in minor units. */
type Frozen = { startsAt: Date; price: bigint; freeUntilHours: number; lateRefundPercent: number };

/** Until when, and then too, a cancellation by the client costs nothing: so many hours before the start, or to the start where it never costs. */
export const freeUntil = ({ startsAt, freeUntilHours, lateRefundPercent }: Omit<Frozen, "price">): Date =>
  lateRefundPercent === 100 ? startsAt : later(startsAt, -60 * freeUntilHours);

/** What a client gets back who cancels a paid booking after that, rounded down to the minor unit. */
export const lateRefund = ({ price, lateRefundPercent }: Frozen): bigint => shareOf(price, lateRefundPercent);

/** What a client gets back who cancels a paid booking now. */
export const refundByPolicy = (booking: Frozen, now: Date): bigint => (now <= freeUntil(booking) ? booking.price : lateRefund(booking));
