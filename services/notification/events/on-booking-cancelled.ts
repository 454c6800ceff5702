import type { Handler } from "@lacio/chassis/consume";
import type { BookingCancelledSchema } from "@lacio/proto/booking/v1/events";
import type { App } from "../app.ts";
import { askBooking, askContact, askVisit, byStylist, cancelledBy, contextFor, policyOf } from "../mailing/ask.ts";
import type { Note } from "../domain/notification.ts";
import { nameIn } from "../domain/stranger.ts";
import { tell } from "../mailing/tell.ts";
import { templates } from "../templates/index.ts";

export const onBookingCancelled =
  (app: App): Handler<typeof BookingCancelledSchema> =>
  async ({ bookingId, clientId, paymentId, refund, lines, ...event }, once) => {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const by = cancelledBy(event.by);
    const paid = paymentId !== "";
    const mail = templates.booking_cancelled({
      ...contextFor(app, to),
      visit: await askVisit(app, bookingId, lines),
      by,
      reason: booking.cancellation?.reason,
      paid,
      refund: refund?.minorUnits ?? 0n,
      policy: policyOf(booking),
    });
    const client: Note = { kind: "booking_cancelled", about: bookingId, to, mail, bookingId, onlyIfKnown: !paid };
    const stylists = byStylist(paid ? lines : []).map(async ([staffId, theirs]): Promise<Note> => {
      const [stylist, visit] = await Promise.all([askContact(app, staffId), askVisit(app, bookingId, theirs)]);
      const told = templates.stylist_booking_cancelled({ ...contextFor(app, stylist), visit, clientName: nameIn(stylist, to), by });
      return { kind: "stylist_booking_cancelled", about: bookingId, to: stylist, mail: told, bookingId };
    });
    await tell(app, once, [client, ...(await Promise.all(stylists))]);
  };
