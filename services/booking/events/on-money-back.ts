import type { Handler, Once } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import {
  PaymentRefunded_Cause as Cause,
  type DisputeClosedSchema,
  type PaymentRefundedSchema,
  type RefundFailedSchema,
} from "@lacio/proto/payments/v1/events";
import { lockBooking } from "../db/load-bookings.ts";
import type { Booking } from "../domain/booking.ts";

// What a client has back of what a booking cost: a later cancellation gives what is left. Each fact counts once, in any order.

export const onPaymentRefunded =
  (): Handler<typeof PaymentRefundedSchema> =>
  async ({ bookingId, paymentId, amount, cause }, once) => {
    if (cause === Cause.PAYMENT_DECLINED) return; // the booking never took it
    await count(once, bookingId, paymentId, amount!.minorUnits, (booking) => {
      if (cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(amount!.minorUnits);
    });
  };

export const onRefundFailed =
  (): Handler<typeof RefundFailedSchema> =>
  async ({ bookingId, paymentId, amount, cause, hadSucceeded, nothingLeft }, once) => {
    if (cause === Cause.PAYMENT_DECLINED) return;
    await count(once, bookingId, paymentId, hadSucceeded ? -amount!.minorUnits : 0n, (booking) => {
      if (nothingLeft && cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(0n);
    });
  };

export const onDisputeClosed =
  (): Handler<typeof DisputeClosedSchema> =>
  ({ bookingId, paymentId, amount, won }, once) =>
    count(once, bookingId, paymentId, won ? 0n : amount!.minorUnits);

type Work = (booking: Booking) => void;

/** Counts for the payment, also when the booking has not taken it yet. */
const count = (once: Once, bookingId: string, paymentId: string, back: bigint, work: Work = () => {}): Promise<void> =>
  once(async (tx) => {
    const known = await tx.sql("select 1 from booking where id = $1", [bookingId]);
    if (known.length === 0) return;
    const booking = await lockBooking(tx, bookingId);
    if (booking.paymentId !== paymentId) return keepUntilTaken(tx, paymentId, back);
    booking.refunded += back;
    work(booking);
  });

async function keepUntilTaken(tx: Tx, paymentId: string, back: bigint): Promise<void> {
  await tx.sql(
    "insert into money_back (payment_id, amount) values ($1, $2) on conflict (payment_id) do update set amount = money_back.amount + $2",
    [paymentId, back],
  );
}

/** What went back of a payment before its booking took it. */
export async function takeMoneyBack(tx: Tx, paymentId: string): Promise<bigint> {
  const [row] = await tx.sql<{ amount: string }>("delete from money_back where payment_id = $1 returning amount", [paymentId]);
  return BigInt(row?.amount ?? 0);
}
