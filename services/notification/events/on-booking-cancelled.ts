import type { Handler } from "@lacio/chassis/consume";
import type { BookingCancelledSchema } from "@lacio/proto/booking/v1/events";
import { askBookAgain, askBooking, askContact, byStylist, cancelledBy, contextFor, visitOf, visitPages } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { nameIn, type Note } from "../domain/notification.ts";
import { calendarVisit } from "../templates/calendar.ts";
import { templates } from "../templates/index.ts";

export const onBookingCancelled = (app: App): Handler<typeof BookingCancelledSchema> =>
  async function onBookingCancelled(
    { bookingId, clientId, paymentId, refund, refundedBefore, owedBefore, lines, revision, ...event },
    once,
  ) {
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const by = cancelledBy(event.by);
    const paid = paymentId !== "";
    const visit = visitOf(bookingId, lines);
    const context = contextFor(app, to);
    const { bookingUrl } = visitPages(app, to, bookingId);
    const mail = templates.booking_cancelled({
      ...context,
      visit,
      by,
      reason: booking.cancellation?.reason,
      paid,
      refund: refund?.minorUnits ?? 0n,
      before: refundedBefore?.minorUnits ?? 0n,
      owed: owedBefore?.minorUnits ?? 0n,
      freeUntilHours: booking.policy!.freeUntilHours,
      bookingUrl,
      bookAgainUrl: await askBookAgain(app, to, lines),
    });
    // An unpaid booking was never confirmed, so it is in no calendar.
    const calendar = paid ? calendarVisit(visit, context, { revision: Number(revision), state: "CANCELLED", url: bookingUrl }) : undefined;
    const client: Note = { kind: "booking_cancelled", about: bookingId, to, mail, bookingId, calendar, onlyIfKnown: !paid };
    const stylists = byStylist(paid ? lines : []).map(async ([staffId, theirs]): Promise<Note> => {
      const stylist = await askContact(app, staffId);
      const said = { ...contextFor(app, stylist), visit: visitOf(bookingId, theirs), clientName: nameIn(stylist, to), by };
      const told = templates.stylist_booking_cancelled(said);
      return { kind: "stylist_booking_cancelled", about: bookingId, to: stylist, mail: told, bookingId };
    });
    // A client who releases a hold has just seen it happen: no mail.
    const released = !paid && by === "CLIENT";
    await tell(app, once, [...(released ? [] : [client]), ...(await Promise.all(stylists))]);
  };
