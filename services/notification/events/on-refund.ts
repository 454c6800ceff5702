import type { Handler } from "@lacio/chassis/consume";
import { unavailable } from "@lacio/chassis/errors";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { CreditNoteIssuedSchema } from "@lacio/proto/invoice/v1/events";
import { PaymentRefunded_Cause as Cause, type PaymentRefundedSchema, type RefundFailedSchema } from "@lacio/proto/payments/v1/events";
import { askBooking, askContact, contextFor, visitOf, visitPages } from "../mail/ask.ts";
import { tell, wasTold, write } from "../acts/tell.ts";
import type { App } from "../app.ts";
import type { Note } from "../domain/notification.ts";
import { templates } from "../templates/index.ts";

// A refund that reduces the sale is told with its credit note (onCreditNoteIssued). One of a payment that was not used, or of money owed
// since an earlier refund failed, has no note and is told by onPaymentRefunded.

export const onPaymentRefunded = (app: App): Handler<typeof PaymentRefundedSchema> =>
  async function onPaymentRefunded({ refundId, paymentId, bookingId, clientId, amount, takenFromSale, cause }, once) {
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
      // The refund has failed since, and the mail about that was written first: "sent" would no longer be true.
      if (!(await wasTold(tx, "refund_failed", refundId, to)))
        await write(app, tx, [{ kind: "refund_sent", about: refundId, to, mail, bookingId }]);
    });
  };

export const onCreditNoteIssued = (app: App): Handler<typeof CreditNoteIssuedSchema> =>
  async function onCreditNoteIssued({ invoiceId, bookingId, clientId, refund, refundId }, once) {
    const [to, booking, { invoice: document }] = await Promise.all([
      askContact(app, clientId),
      askBooking(app, bookingId),
      app.invoice.getInvoice({ invoiceId }),
    ]);
    const { number, total } = document!;
    const said = {
      ...contextFor(app, to),
      visit: visitOf(bookingId, booking.lines),
      bookingUrl: visitPages(app, to, bookingId).bookingUrl,
    };
    const amount = (refund ?? total!).minorUnits;
    const because = booking.status === Booking_Status.CANCELLED ? "CANCELLED" : "SALON_DECIDED";
    const sent = () => templates.refund_sent({ ...said, amount, because, creditNoteNumber: number });
    const alone = () => templates.invoice_ready({ ...said, document: "CREDIT_NOTE", number, total: total!.minorUnits });
    await once(async (tx) => {
      // The money did not arrive, which another mail tells: then this one is about the document alone.
      const failed = amount === 0n || (await wasTold(tx, "refund_failed", refundId, to));
      const attachments = [{ invoiceId, filename: `${number}.pdf` }];
      const note: Note = failed
        ? { kind: "invoice_ready", about: invoiceId, to, mail: alone(), bookingId, attachments }
        : { kind: "refund_sent", about: refundId, to, mail: sent(), bookingId, attachments };
      await write(app, tx, [note]);
    });
  };

export const onRefundFailed = (app: App): Handler<typeof RefundFailedSchema> =>
  async function onRefundFailed({ refundId, bookingId, clientId, amount, hadSucceeded, nothingLeft }, once) {
    // The client has the money in another way, and was told so then.
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
