import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { PaymentSucceeded, PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { lockBooking } from "../acts/load-bookings.ts";
import { lockStaff, occupy } from "../acts/occupancy.ts";
import type { App } from "../app.ts";
import { paymentDeclined } from "../domain/booking-facts.ts";
import type { Booking, Payment } from "../domain/booking.ts";
import { completeLater } from "../timers/complete-visit.ts";
import { takeMoneyBack } from "./on-refund-or-dispute.ts";

/** Each payment ends in exactly one of: the booking is paid, or the payment is declined and refunded. */
export const onPaymentSucceeded = (app: App): Handler<typeof PaymentSucceededSchema> =>
  function onPaymentSucceeded(event, once) {
    return once((tx) => take(app, tx, event.bookingId, paymentOf(event)));
  };

async function take(app: App, tx: Tx, bookingId: string, payment: Payment): Promise<void> {
  // Before the booking's row is locked, as in an erasure (on-account-erased.ts).
  const [client] = await tx.sql<{ erased: boolean }>("select is_erased(client_id) as erased from booking where id = $1", [bookingId]);
  if (!client) {
    app.log.error({ booking: bookingId, payment: payment.paymentId }, "a payment for a booking that does not exist");
    return tx.emit(paymentDeclined(bookingId, "", payment.paymentId, "booking_unknown"));
  }
  const booking = await lockBooking(tx, bookingId);
  if (booking.paymentId === payment.paymentId) return; // the same payment in another event: nothing to do
  const objection = booking.objectionTo(payment) ?? (client.erased ? "account_erased" : undefined);
  if (objection === "amount_mismatch")
    app.log.error({ booking: bookingId, payment: payment.paymentId }, "a payment of another amount than the price");
  if (objection) return tx.emit(paymentDeclined(booking.id, booking.clientId, payment.paymentId, objection));

  const expired = booking.status === "EXPIRED";
  if (expired && !(await claimAgain(app, tx, booking)))
    return tx.emit(paymentDeclined(booking.id, booking.clientId, payment.paymentId, "hold_expired"));
  tx.emit(booking.markPaid(payment, expired));
  completeLater(app, tx, booking);
  booking.givenBack(await takeMoneyBack(tx, payment.paymentId));
}

async function claimAgain(app: App, tx: Tx, booking: Booking): Promise<boolean> {
  if (booking.startsAt <= app.now()) return false;
  await lockStaff(
    tx,
    booking.lines.map((line) => line.staffId),
  );
  return occupy(tx, booking);
}

function paymentOf({ paymentId, amount, succeededAt }: PaymentSucceeded): Payment {
  return { paymentId, ...amount!, succeededAt: timestampDate(succeededAt!) };
}
