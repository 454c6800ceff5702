import type { Handler } from "@lacio/chassis/consume";
import type { BookingPaymentDeclinedSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { giveBack } from "../settlement/give-back.ts";

export const onBookingPaymentDeclined =
  (app: App): Handler<typeof BookingPaymentDeclinedSchema> =>
  async ({ paymentId, reason }, once) => {
    await once((tx) => giveBack(app, tx, paymentId, { reason: reason || "payment_declined", cause: `declined:${paymentId}` }));
    app.wake.refunds();
  };
