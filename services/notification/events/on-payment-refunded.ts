import type { Handler } from "@lacio/chassis/consume";
import type { PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, askVisit, contextFor, visitPages } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

// The refund of the payment that paid its booking is told with the credit note; one that was never used has none.
export const onPaymentRefunded =
  (app: App): Handler<typeof PaymentRefundedSchema> =>
  async ({ refundId, paymentId, bookingId, clientId, amount }, once) => {
    const booking = await askBooking(app, bookingId);
    if (booking.paymentId === paymentId) return tell(app, once, []);
    const to = await askContact(app, clientId);
    const visit = await askVisit(app, bookingId, booking.lines);
    const mail = templates.refund_sent({
      ...contextFor(app, to),
      visit,
      amount: amount!.minorUnits,
      because: "PAYMENT_NOT_USED",
      bookingUrl: visitPages(app, to, bookingId).bookingUrl,
    });
    await tell(app, once, [{ kind: "refund_sent", about: refundId, to, mail, bookingId }]);
  };
