import type { Handler, Once } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import {
  PaymentRefunded_Cause as Cause,
  type DisputeClosedSchema,
  type PaymentRefundedSchema,
  type RefundFailedSchema,
} from "@lacio/proto/payments/v1/events";
import { lockBooking } from "../acts/load-bookings.ts";
import type { Booking, GivenBack } from "../domain/booking.ts";

// What a client has back of what a booking cost, or should have: a later cancellation gives of the rest. Sums, so each fact counts once, in
// any order. A payment that the booking declined was never part of it.

export const onPaymentRefunded =
  (): Handler<typeof PaymentRefundedSchema> =>
  async ({ bookingId, paymentId, amount, takenFromSale, cause }, once) => {
    if (cause === Cause.PAYMENT_DECLINED) return;
    const refunded = amount!.minorUnits;
    const given = { refunded, owed: (takenFromSale ?? amount!).minorUnits - refunded };
    await count(once, bookingId, paymentId, given, (booking) => {
      if (cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(refunded);
    });
  };

export const onRefundFailed =
  (): Handler<typeof RefundFailedSchema> =>
  async ({ bookingId, paymentId, amount, takenFromSale, cause, hadSucceeded, nothingLeft }, once) => {
    if (cause === Cause.PAYMENT_DECLINED) return;
    const back = hadSucceeded ? amount!.minorUnits : 0n;
    const given = { refunded: -back, owed: back + (takenFromSale?.minorUnits ?? 0n) };
    await count(once, bookingId, paymentId, given, (booking) => {
      if (nothingLeft && cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(0n);
    });
  };

export const onDisputeClosed =
  (): Handler<typeof DisputeClosedSchema> =>
  async ({ bookingId, paymentId, amount, won, debtPaid }, once) => {
    if (won) return;
    await count(once, bookingId, paymentId, { refunded: amount!.minorUnits, owed: -(debtPaid?.minorUnits ?? 0n) });
  };

type Work = (booking: Booking) => void;

/** Counts for the payment, also when the booking has not taken it yet. */
const count = (once: Once, bookingId: string, paymentId: string, given: GivenBack, work: Work = () => {}): Promise<void> =>
  once(async (tx) => {
    const known = await tx.sql("select 1 from booking where id = $1", [bookingId]);
    if (known.length === 0) return;
    const booking = await lockBooking(tx, bookingId);
    if (booking.paymentId !== paymentId) return keepUntilTaken(tx, paymentId, given);
    booking.givenBack(given);
    work(booking);
  });

async function keepUntilTaken(tx: Tx, paymentId: string, { refunded, owed }: GivenBack): Promise<void> {
  await tx.sql(
    `insert into money_back (payment_id, amount, owed) values ($1, $2, $3)
     on conflict (payment_id) do update set amount = money_back.amount + $2, owed = money_back.owed + $3`,
    [paymentId, refunded, owed],
  );
}

/** What went back of a payment before its booking took it. */
export async function takeMoneyBack(tx: Tx, paymentId: string): Promise<GivenBack> {
  const text = "delete from money_back where payment_id = $1 returning amount, owed";
  const [row] = await tx.sql<{ amount: string; owed: string }>(text, [paymentId]);
  return { refunded: BigInt(row?.amount ?? 0), owed: BigInt(row?.owed ?? 0) };
}
