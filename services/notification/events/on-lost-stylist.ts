import type { Handler } from "@lacio/chassis/consume";
import type { BookingLostStylistSchema, StylistReturnedSchema } from "@lacio/proto/booking/v1/events";
import { askBooking, askContact, contextFor, policyOf, visitOf, visitPages } from "../mail/ask.ts";
import { tell, write } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { nameIn, Notification } from "../domain/notification.ts";
import { calendarVisit } from "../templates/calendar.ts";
import { templates } from "../templates/index.ts";

/** The client hears of a loss by its offer or its outcome. A stylist who reported an absence saw all its visits then. */
export const onBookingLostStylist = (app: App): Handler<typeof BookingLostStylistSchema> =>
  async function onBookingLostStylist({ bookingId, clientId, lossId, staffId, lines, absenceId }, once) {
    if (absenceId) return tell(app, once, []);
    const [to, client] = await Promise.all([askContact(app, staffId), askContact(app, clientId)]);
    const said = { ...contextFor(app, to), visit: visitOf(bookingId, lines), clientName: nameIn(to, client) };
    const mail = templates.stylist_booking_cancelled({ ...said, by: "STYLIST" });
    await tell(app, once, [{ kind: "stylist_booking_cancelled", about: lossId, to, client, mail, bookingId }]);
  };

/** The stylist can come after all, which is news only to a client who was asked what to do without her. */
export const onStylistReturned = (app: App): Handler<typeof StylistReturnedSchema> =>
  async function onStylistReturned({ bookingId, clientId, lossId, lines, revision }, once) {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const visit = visitOf(bookingId, lines);
    const context = contextFor(app, to);
    const pages = visitPages(app, to, bookingId);
    const mail = templates.stylist_returned({ ...context, ...pages, visit, policy: policyOf(booking) });
    const calendar = calendarVisit(visit, context, { revision: Number(revision), state: "CONFIRMED", url: pages.bookingUrl });
    await once(async (tx) => {
      const asked = await tx.find(Notification, { reassignmentId: lossId, status: { $ne: "DROPPED" } });
      if (asked) await write(app, tx, [{ kind: "stylist_returned", about: lossId, to, mail, bookingId, calendar }]);
    });
  };
