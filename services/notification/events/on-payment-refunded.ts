import type { Handler } from "@lacio/chassis/consume";
import type { PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, contextFor, visitOf, visitPages } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

// A refund that takes from the sale is told with its credit note; one of a payment that was never used, or that failed before, has none.
export const onPaymentRefunded =
  (app: App): Handler<typeof PaymentRefundedSchema> =>
  async ({ refundId, paymentId, bookingId, clientId, amount, takenFromSale }, once) => {
    const booking = await askBooking(app, bookingId);
    const used = booking.paymentId === paymentId;
    if (used && (takenFromSale ?? amount!).minorUnits > 0n) return tell(app, once, []);
    const to = await askContact(app, clientId);
    const visit = visitOf(bookingId, booking.lines);
    const mail = templates.refund_sent({
      ...contextFor(app, to),
      visit,
      amount: amount!.minorUnits,
      because: used ? "OWED" : "PAYMENT_NOT_USED",
      bookingUrl: visitPages(app, to, bookingId).bookingUrl,
    });
    await tell(app, once, [{ kind: "refund_sent", about: refundId, to, mail, bookingId }]);
  };
