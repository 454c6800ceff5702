import type { Handler } from "@lacio/chassis/consume";
import type { BookingExpiredSchema } from "@lacio/proto/booking/v1/events";
import type { PaymentFailedSchema } from "@lacio/proto/payments/v1/events";
import { askBookAgain, askBooking, askContact, contextFor, toPay, visitOf } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { templates } from "../templates/index.ts";

export const onPaymentFailed = (app: App): Handler<typeof PaymentFailedSchema> =>
  async function onPaymentFailed({ paymentId, bookingId, clientId }, once) {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    // Another payment of this booking has succeeded meanwhile: the failure is no news.
    if (booking.paymentId) return tell(app, once, []);
    const mail = templates.payment_failed({
      ...contextFor(app, to),
      visit: visitOf(bookingId, booking.lines),
      toPay: toPay(app, to, booking),
      bookAgainUrl: await askBookAgain(app, to, booking.lines),
    });
    await tell(app, once, [{ kind: "payment_failed", about: paymentId, to, mail, bookingId, onlyIfKnown: true }]);
  };

export const onBookingExpired = (app: App): Handler<typeof BookingExpiredSchema> =>
  async function onBookingExpired({ bookingId, clientId }, once) {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const visit = visitOf(bookingId, booking.lines);
    const bookAgainUrl = await askBookAgain(app, to, booking.lines);
    const mail = templates.booking_expired({ ...contextFor(app, to), visit, bookAgainUrl });
    await tell(app, once, [{ kind: "booking_expired", about: bookingId, to, mail, bookingId, onlyIfKnown: true }]);
  };
