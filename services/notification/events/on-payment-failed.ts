import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import type { PaymentFailedSchema } from "@lacio/proto/payments/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, askVisit, contextFor } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

export const onPaymentFailed =
  (app: App): Handler<typeof PaymentFailedSchema> =>
  async ({ paymentId, bookingId, clientId }, once) => {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    // Another payment of this booking went through meanwhile: the failure is no news.
    if (booking.paymentId) return tell(app, once, []);
    const held = booking.status === Booking_Status.PENDING_PAYMENT && booking.expiresAt;
    const mail = templates.payment_failed({
      ...contextFor(app, to),
      visit: await askVisit(app, bookingId, booking.lines),
      ...(held && { payUntil: timestampDate(held) }),
    });
    await tell(app, once, [{ kind: "payment_failed", about: paymentId, to, mail, bookingId, onlyIfKnown: true }]);
  };
