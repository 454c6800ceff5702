import type { Handler } from "@lacio/chassis/consume";
import type { PaymentFailedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { askBookAgain, askBooking, askContact, contextFor, toPay, visitOf } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

export const onPaymentFailed =
  (app: App): Handler<typeof PaymentFailedSchema> =>
  async ({ paymentId, bookingId, clientId }, once) => {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    // Another payment of this booking went through meanwhile: the failure is no news.
    if (booking.paymentId) return tell(app, once, []);
    const mail = templates.payment_failed({
      ...contextFor(app, to),
      visit: visitOf(bookingId, booking.lines),
      toPay: toPay(app, to, booking),
      bookAgainUrl: await askBookAgain(app, to, booking.lines),
    });
    await tell(app, once, [{ kind: "payment_failed", about: paymentId, to, mail, bookingId, onlyIfKnown: true }]);
  };
