import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status, type Booking } from "@lacio/proto/booking/v1/booking_service";
import type { InvoiceDelayedSchema, InvoiceIssuedSchema } from "@lacio/proto/invoice/v1/events";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import { askBooking, askContact, contextFor, policyOf, visitOf, visitPages } from "../mail/ask.ts";
import { tell, write } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { Notification, type Note } from "../domain/notification.ts";
import { calendarVisit } from "../templates/calendar.ts";
import { templates } from "../templates/index.ts";
import type { Visit } from "../templates/visit.ts";

/** One mail confirms a paid booking and carries its invoice. An invoice that comes after it, or for a cancelled visit, is a mail of its own. */
export const onInvoiceIssued = (app: App): Handler<typeof InvoiceIssuedSchema> =>
  async function onInvoiceIssued({ invoiceId, bookingId, clientId }, once) {
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
      await write(app, tx, [told || isGone(booking) ? alone : together]);
    });
  };

/** No number is left for the invoice: the confirmation does not wait for it. */
export const onInvoiceDelayed = (app: App): Handler<typeof InvoiceDelayedSchema> =>
  async function onInvoiceDelayed({ bookingId, clientId }, once) {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    if (isGone(booking)) return tell(app, once, []);
    const visit = visitOf(bookingId, booking.lines);
    await tell(app, once, [confirmation(app, to, booking, visit)]);
  };

// Cancelled, or without its stylist meanwhile: there is nothing to confirm.
const isGone = ({ status }: Booking): boolean => status === Booking_Status.CANCELLED || status === Booking_Status.REASSIGNING;

function confirmation(app: App, to: Profile, booking: Booking, visit: Visit, invoiceNumber?: string): Note {
  const context = contextFor(app, to);
  const pages = visitPages(app, to, booking.bookingId);
  return {
    ...{ kind: "booking_confirmed", about: booking.bookingId, to, bookingId: booking.bookingId },
    mail: templates.booking_confirmed({ ...context, ...pages, visit, policy: policyOf(booking), invoiceNumber }),
    calendar: calendarVisit(visit, context, { revision: Number(booking.revision), state: "CONFIRMED", url: pages.bookingUrl }),
  };
}
