import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { InvoiceIssuedSchema } from "@lacio/proto/invoice/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, askVisit, contextFor, policyOf } from "../mailing/ask.ts";
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
    const visit = await askVisit(app, bookingId, booking.lines);
    const number = invoice!.number;
    const context = contextFor(app, to);
    const common = { to, bookingId, attachments: [{ invoiceId, filename: `${number}.pdf` }] };
    const confirmation: Note = {
      ...common,
      kind: "booking_confirmed",
      about: bookingId,
      mail: templates.booking_confirmed({ ...context, visit, policy: policyOf(booking), invoiceNumber: number }),
    };
    const alone: Note = {
      ...common,
      kind: "invoice_ready",
      about: invoiceId,
      mail: templates.invoice_ready({ ...context, visit, document: "INVOICE", number, total: invoice!.total!.minorUnits }),
    };
    await once(async (tx) => {
      const told = await tx.find(Notification, { bookingId, recipientId: clientId, kind: "booking_confirmed" });
      await write(app, tx, [told || booking.status === Booking_Status.CANCELLED ? alone : confirmation]);
    });
    app.wake.sendMail();
  };
