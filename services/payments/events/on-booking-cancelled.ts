import type { Handler } from "@lacio/chassis/consume";
import type { BookingCancelledSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { giveBack } from "../acts/give-back.ts";
import { endCheckouts } from "./on-booking-expired.ts";

export const onBookingCancelled =
  (app: App): Handler<typeof BookingCancelledSchema> =>
  async ({ bookingId, paymentId, refund }, once) => {
    await once(async (tx) => {
      await endCheckouts(app, tx, bookingId);
      if (!paymentId || !refund?.minorUnits) return;
      const wish = { amount: refund.minorUnits, reason: "booking_cancelled", cause: `booking.cancelled:${bookingId}` } as const;
      await giveBack(app, tx, await tx.lock(Payment, { id: paymentId }), wish);
    });
  };
