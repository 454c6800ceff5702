import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type {
  BookingCancelledSchema,
  BookingExpiredSchema,
  BookingPaymentDeclinedSchema,
  BookingReassignedSchema,
} from "@lacio/proto/booking/v1/events";
import { LockMode } from "@mikro-orm/core";
import { decideRefund } from "../acts/decide-refund.ts";
import { record } from "../acts/record-effect.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";

export const onBookingExpired = (app: App): Handler<typeof BookingExpiredSchema> =>
  async function onBookingExpired({ bookingId }, once) {
    await once((tx) => endCheckouts(app, tx, bookingId));
  };

export const onBookingCancelled = (app: App): Handler<typeof BookingCancelledSchema> =>
  async function onBookingCancelled({ bookingId, paymentId, refund }, once) {
    await once(async (tx) => {
      await endCheckouts(app, tx, bookingId);
      if (!paymentId || !refund?.minorUnits) return;
      const wish = { amount: refund.minorUnits, reason: "booking_cancelled", cause: `booking.cancelled:${bookingId}` } as const;
      await decideRefund(app, tx, await tx.lock(Payment, { id: paymentId }), wish);
    });
  };

/** The substitute is cheaper: the difference goes back, once per loss. */
export const onBookingReassigned = (app: App): Handler<typeof BookingReassignedSchema> =>
  async function onBookingReassigned({ paymentId, lossId, refund }, once) {
    await once(async (tx) => {
      if (!refund?.minorUnits) return;
      const wish = { amount: refund.minorUnits, reason: "booking_reassigned", cause: `booking.reassigned:${lossId}` } as const;
      await decideRefund(app, tx, await tx.lock(Payment, { id: paymentId }), wish);
    });
  };

/** The payment came when booking could not use it any more: all of it goes back. */
export const onBookingPaymentDeclined = (app: App): Handler<typeof BookingPaymentDeclinedSchema> =>
  async function onBookingPaymentDeclined({ paymentId, reason }, once) {
    await once(async (tx) => {
      const payment = await tx.lock(Payment, { id: paymentId });
      await record(tx, payment.owe());
      await decideRefund(app, tx, payment, { reason: reason || "payment_declined", cause: `declined:${paymentId}` });
    });
  };

// The job closes them at the provider. A client who pays before that has paid, and booking decides what becomes of it.
async function endCheckouts(app: App, tx: Tx, bookingId: string): Promise<void> {
  const open = await tx.em.find(Payment, { bookingId, status: "PENDING" }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  for (const payment of open) {
    payment.endCheckout(app.now());
    tx.later("settle-payment", payment.id);
  }
}
