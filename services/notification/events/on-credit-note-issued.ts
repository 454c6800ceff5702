import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { Handler } from "@lacio/chassis/consume";
import type { CreditNoteIssuedSchema } from "@lacio/proto/invoice/v1/events";
import type { App } from "../app.ts";
import type { Note } from "../domain/notification.ts";
import { askBooking, askContact, contextFor, visitOf, visitPages } from "../mailing/ask.ts";
import { write } from "../mailing/tell.ts";
import { wasTold } from "../mailing/was-told.ts";
import { templates } from "../templates/index.ts";

export const onCreditNoteIssued =
  (app: App): Handler<typeof CreditNoteIssuedSchema> =>
  async ({ invoiceId, bookingId, clientId, refund, refundId }, once) => {
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
      // The money did not arrive, and she knows: then this is about the document alone.
      const failed = amount === 0n || (await wasTold(tx, "refund_failed", refundId, to));
      const attachments = [{ invoiceId, filename: `${number}.pdf` }];
      const note: Note = failed
        ? { kind: "invoice_ready", about: invoiceId, to, mail: alone(), bookingId, attachments }
        : { kind: "refund_sent", about: refundId, to, mail: sent(), bookingId, attachments };
      await write(app, tx, [note]);
    });
  };
