import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { InvoiceDelayedSchema } from "@lacio/proto/invoice/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, visitOf } from "../mailing/ask.ts";
import { confirmation } from "../mailing/confirmation.ts";
import { tell } from "../mailing/tell.ts";

export const onInvoiceDelayed =
  (app: App): Handler<typeof InvoiceDelayedSchema> =>
  async ({ bookingId, clientId }, once) => {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    if (booking.status === Booking_Status.CANCELLED) return tell(app, once, []);
    const visit = visitOf(bookingId, booking.lines);
    await tell(app, once, [confirmation(app, to, booking, visit)]);
  };
