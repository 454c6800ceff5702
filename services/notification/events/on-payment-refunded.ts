import type { Handler } from "@lacio/chassis/consume";
import { unavailable } from "@lacio/chassis/errors";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { PaymentRefunded_Cause as Cause, type PaymentRefundedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, contextFor, visitOf, visitPages } from "../mailing/ask.ts";
import { tell, write } from "../mailing/tell.ts";
import { wasTold } from "../mailing/was-told.ts";
import { templates } from "../templates/index.ts";

// A refund that takes from the sale is told with its credit note; one of a payment that was never used, or that failed before, has none.
export const onPaymentRefunded =
  (app: App): Handler<typeof PaymentRefundedSchema> =>
  async ({ refundId, paymentId, bookingId, clientId, amount, takenFromSale, cause }, once) => {
    const booking = await askBooking(app, bookingId);
    if (booking.status === Booking_Status.PENDING_PAYMENT && cause !== Cause.PAYMENT_DECLINED)
      throw unavailable("whether this payment pays its booking is not decided yet");
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
    await once(async (tx) => {
      // It failed since, and that was faster to tell.
      if (!(await wasTold(tx, "refund_failed", refundId, to)))
        await write(app, tx, [{ kind: "refund_sent", about: refundId, to, mail, bookingId }]);
    });
  };
