import type { Handler } from "@lacio/chassis/consume";
import type { BookingExpiredSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { askBookAgain, askBooking, askContact, contextFor, visitOf } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

export const onBookingExpired =
  (app: App): Handler<typeof BookingExpiredSchema> =>
  async ({ bookingId, clientId }, once) => {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const visit = visitOf(bookingId, booking.lines);
    const bookAgainUrl = await askBookAgain(app, to, booking.lines);
    const mail = templates.booking_expired({ ...contextFor(app, to), visit, bookAgainUrl });
    await tell(app, once, [{ kind: "booking_expired", about: bookingId, to, mail, bookingId, onlyIfKnown: true }]);
  };
