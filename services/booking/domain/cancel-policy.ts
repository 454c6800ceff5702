import { later } from "./busy-parts.ts";

/** The policy that was frozen on a booking when it was made. The price is in minor units. */
type Frozen = { startsAt: Date; price: bigint; freeUntilHours: number; lateRefundPercent: number };

/** Whether a cancellation by the client costs nothing: until so many hours before the start. */
export const cancelsFree = ({ startsAt, freeUntilHours }: Pick<Frozen, "startsAt" | "freeUntilHours">, now: Date): boolean =>
  later(now, freeUntilHours * 60) <= startsAt;

/** What a client gets back who cancels a paid booking: all of it in time, a share of it later. */
export const refundByPolicy = (booking: Frozen, now: Date): bigint =>
  cancelsFree(booking, now) ? booking.price : (booking.price * BigInt(booking.lateRefundPercent)) / 100n;
