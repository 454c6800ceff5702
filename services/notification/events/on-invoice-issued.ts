import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { InvoiceIssuedSchema } from "@lacio/proto/invoice/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, contextFor, visitOf, visitPages } from "../mailing/ask.ts";
import { confirmation } from "../mailing/confirmation.ts";
import { Notification, type Note } from "../domain/notification.ts";
import { write } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

// The confirmation carries the invoice: one mail for a paid booking. An invoice that comes later, or for a visit that is off by now, comes alone.
export const onInvoiceIssued =
  (app: App): Handler<typeof InvoiceIssuedSchema> =>
  async ({ invoiceId, bookingId, clientId }, once) => {
    const [to, booking, { invoice }] = await Promise.all([
      askContact(app, clientId),
      askBooking(app, bookingId),
      app.invoice.getInvoice({ invoiceId }),
    ]);
    const visit = visitOf(bookingId, booking.lines);
    const number = invoice!.number;
    const attachments = [{ invoiceId, filename: `${number}.pdf` }];
    const { bookingUrl } = visitPages(app, to, bookingId);
    const total = invoice!.total!.minorUnits;
    const alone: Note = {
      ...{ kind: "invoice_ready", about: invoiceId, to, bookingId, attachments },
      mail: templates.invoice_ready({ ...contextFor(app, to), visit, document: "INVOICE", number, total, bookingUrl }),
    };
    const together: Note = { ...confirmation(app, to, booking, visit, number), attachments };
    await once(async (tx) => {
      const told = await tx.find(Notification, { bookingId, recipientId: clientId, kind: "booking_confirmed" });
      await write(app, tx, [told || booking.status === Booking_Status.CANCELLED ? alone : together]);
    });
  };
