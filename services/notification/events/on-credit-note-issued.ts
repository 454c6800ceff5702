import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { CreditNoteIssuedSchema } from "@lacio/proto/invoice/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, contextFor, visitOf, visitPages } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

export const onCreditNoteIssued =
  (app: App): Handler<typeof CreditNoteIssuedSchema> =>
  async ({ invoiceId, bookingId, clientId, refund }, once) => {
    const [to, booking, { invoice: note }] = await Promise.all([
      askContact(app, clientId),
      askBooking(app, bookingId),
      app.invoice.getInvoice({ invoiceId }),
    ]);
    const mail = templates.refund_sent({
      ...contextFor(app, to),
      visit: visitOf(bookingId, booking.lines),
      amount: (refund ?? note!.total!).minorUnits,
      because: booking.status === Booking_Status.CANCELLED ? "CANCELLED" : "SALON_DECIDED",
      creditNoteNumber: note!.number,
      bookingUrl: visitPages(app, to, bookingId).bookingUrl,
    });
    const attachments = [{ invoiceId, filename: `${note!.number}.pdf` }];
    await tell(app, once, [{ kind: "refund_sent", about: invoiceId, to, mail, bookingId, attachments }]);
  };
