import type { Handler } from "@lacio/chassis/consume";
import type { BookingPaymentDeclinedSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { record } from "../acts/record-effect.ts";
import { giveBack } from "../acts/give-back.ts";

export const onBookingPaymentDeclined =
  (app: App): Handler<typeof BookingPaymentDeclinedSchema> =>
  async ({ paymentId, reason }, once) => {
    await once(async (tx) => {
      const payment = await tx.lock(Payment, { id: paymentId });
      await record(tx, payment.owe());
      await giveBack(app, tx, payment, { reason: reason || "payment_declined", cause: `declined:${paymentId}` });
    });
  };
