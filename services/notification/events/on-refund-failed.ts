import type { Handler } from "@lacio/chassis/consume";
import type { RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, contextFor, visitOf, visitPages } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

/** The client waits for money that does not come: she hears it from us, and what happens next. */
export const onRefundFailed =
  (app: App): Handler<typeof RefundFailedSchema> =>
  async ({ refundId, bookingId, clientId, amount, hadSucceeded, nothingLeft }, once) => {
    // What she has in another way she was told of then.
    if (nothingLeft) return tell(app, once, []);
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const mail = templates.refund_failed({
      ...contextFor(app, to),
      visit: visitOf(bookingId, booking.lines),
      amount: amount!.minorUnits,
      cameBack: hadSucceeded,
      bookingUrl: visitPages(app, to, bookingId).bookingUrl,
    });
    await tell(app, once, [{ kind: "refund_failed", about: refundId, to, mail, bookingId }]);
  };
