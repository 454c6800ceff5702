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

// Sums of what the client got back and of what the salon still owes: a later cancellation refunds the rest. Additions commute and the inbox
// makes each of them once, so neither order nor redelivery matters. A payment that the booking declined was never part of its price.

export const onPaymentRefunded = (): Handler<typeof PaymentRefundedSchema> =>
  async function onPaymentRefunded({ bookingId, paymentId, amount, takenFromSale, cause }, once) {
    if (cause === Cause.PAYMENT_DECLINED) return;
    const refunded = amount!.minorUnits;
    const given = { refunded, owed: (takenFromSale ?? amount!).minorUnits - refunded };
    await count(once, bookingId, paymentId, given, (booking) => {
      if (cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(refunded);
    });
  };

export const onRefundFailed = (): Handler<typeof RefundFailedSchema> =>
  async function onRefundFailed({ bookingId, paymentId, amount, takenFromSale, cause, hadSucceeded, nothingLeft }, once) {
    if (cause === Cause.PAYMENT_DECLINED) return;
    const returned = hadSucceeded ? amount!.minorUnits : 0n; // by the bank, to the salon
    const given = { refunded: -returned, owed: returned + (takenFromSale?.minorUnits ?? 0n) };
    await count(once, bookingId, paymentId, given, (booking) => {
      if (nothingLeft && cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(0n);
    });
  };

export const onDisputeClosed = (): Handler<typeof DisputeClosedSchema> =>
  async function onDisputeClosed({ bookingId, paymentId, amount, won, debtPaid }, once) {
    if (won) return; // by the salon: the client got nothing back
    await count(once, bookingId, paymentId, { refunded: amount!.minorUnits, owed: -(debtPaid?.minorUnits ?? 0n) });
  };

type Change = (booking: Booking) => void;

// It may come before payments.succeeded: until the booking takes the payment, the sums are kept by payment.
const count = (once: Once, bookingId: string, paymentId: string, given: GivenBack, change: Change = () => {}): Promise<void> =>
  once(async (tx) => {
    const known = await tx.sql("select 1 from booking where id = $1", [bookingId]);
    if (known.length === 0) return;
    const booking = await lockBooking(tx, bookingId);
    if (booking.paymentId !== paymentId) return keepUntilTaken(tx, paymentId, given);
    booking.givenBack(given);
    change(booking);
  });

async function keepUntilTaken(tx: Tx, paymentId: string, { refunded, owed }: GivenBack): Promise<void> {
  await tx.sql(
    `insert into money_back (payment_id, amount, owed) values ($1, $2, $3)
     on conflict (payment_id) do update set amount = money_back.amount + $2, owed = money_back.owed + $3`,
    [paymentId, refunded, owed],
  );
}

/** The sums of a payment that were counted before its booking took it. */
export async function takeMoneyBack(tx: Tx, paymentId: string): Promise<GivenBack> {
  const text = "delete from money_back where payment_id = $1 returning amount, owed";
  const [row] = await tx.sql<{ amount: string; owed: string }>(text, [paymentId]);
  return { refunded: BigInt(row?.amount ?? 0), owed: BigInt(row?.owed ?? 0) };
}
