import type { Handler, Once } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import { unavailable } from "@lacio/chassis/errors";
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
  ({ bookingId, paymentId, amount, cause }, once) =>
    change(once, bookingId, paymentId, (booking) => {
      booking.countRefund(amount!.minorUnits);
      if (cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(amount!.minorUnits);
    });

export const onRefundFailed =
  (): Handler<typeof RefundFailedSchema> =>
  ({ bookingId, paymentId, amount, cause, hadSucceeded, nothingLeft }, once) =>
    change(once, bookingId, paymentId, (booking) => {
      if (hadSucceeded) booking.countRefund(-amount!.minorUnits);
      if (nothingLeft && cause === Cause.BOOKING_CANCELLED) booking.cancellationGave(0n);
    });

export const onDisputeClosed =
  (): Handler<typeof DisputeClosedSchema> =>
  ({ bookingId, paymentId, amount, won }, once) =>
    change(once, bookingId, paymentId, (booking) => {
      if (!won) booking.countRefund(amount!.minorUnits);
    });

/** Only of the payment that paid the booking: one that came late, or twice, never was its money. */
const change = (once: Once, bookingId: string, paymentId: string, work: (booking: Booking) => void): Promise<void> =>
  once(async (tx: Tx) => {
    if ((await tx.sql("select 1 from booking where id = $1", [bookingId])).length === 0) return;
    const booking = await lockBooking(tx, bookingId);
    if (booking.paymentId === paymentId) return work(booking);
    if (booking.status === "PENDING_PAYMENT") throw unavailable("whether this payment pays the booking is not decided yet");
  });
