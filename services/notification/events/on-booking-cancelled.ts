import type { Handler } from "@lacio/chassis/consume";
import type { Line } from "@lacio/proto/booking/v1/booking_service";
import type { BookingCancelled, BookingCancelledSchema } from "@lacio/proto/booking/v1/events";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import { askAlternatives, askBookAgain, askBooking, askContact, byStylist } from "../mail/ask.ts";
import { cancelledBy, contextFor, reasonOfLoss, visitOf, visitPages } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { nameIn, type Note } from "../domain/notification.ts";
import { calendarVisit } from "../templates/calendar.ts";
import { templates } from "../templates/index.ts";
import { stylistNames } from "../templates/visit.ts";

export const onBookingCancelled = (app: App): Handler<typeof BookingCancelledSchema> =>
  async function onBookingCancelled(event, once) {
    const { paymentId, clientId, lossId, lines } = event;
    const to = await askContact(app, clientId);
    const paid = paymentId !== "";
    // A client who releases a hold has just seen it happen: no mail.
    const released = !paid && cancelledBy(event.by) === "CLIENT";
    const client = released ? [] : [await clientNote(app, event, to)];
    // A hold is in no stylist's agenda, and who lost the visit was told so then.
    const stylists = byStylist(paid && !lossId ? lines : []).map(([staffId, theirs]) => stylistNote(app, event, to, staffId, theirs));
    await tell(app, once, [...client, ...(await Promise.all(stylists))]);
  };

async function clientNote(app: App, event: BookingCancelled, to: Profile): Promise<Note> {
  const { bookingId, paymentId, lossId, refund, refundedBefore, owedBefore, lines, revision } = event;
  const booking = await askBooking(app, bookingId);
  const by = cancelledBy(event.by);
  const paid = paymentId !== "";
  const visit = visitOf(bookingId, lines);
  const context = contextFor(app, to);
  const { bookingUrl } = visitPages(app, to, bookingId);
  const mail = templates.booking_cancelled({
    ...{ ...context, visit, by, paid, bookingUrl },
    lostStylist: lossId ? stylistNames(visit) : undefined,
    reason: booking.cancellation?.reason || (lossId ? reasonOfLoss(booking, lossId) : undefined),
    refund: refund?.minorUnits ?? 0n,
    before: refundedBefore?.minorUnits ?? 0n,
    owed: owedBefore?.minorUnits ?? 0n,
    freeUntilHours: booking.policy!.freeUntilHours,
    bookAgainUrl: await askBookAgain(app, to, lines),
    alternatives: !paid && by === "STYLIST" ? await askAlternatives(app, to, lines) : [],
  });
  // An unpaid booking was never confirmed, so it is in no calendar.
  const calendar = paid ? calendarVisit(visit, context, { revision: Number(revision), state: "CANCELLED", url: bookingUrl }) : undefined;
  return { kind: "booking_cancelled", about: bookingId, to, mail, bookingId, calendar, onlyIfKnown: !paid };
}

async function stylistNote(
  app: App,
  { bookingId, by, clientErased }: BookingCancelled,
  client: Profile,
  staffId: string,
  theirs: Line[],
): Promise<Note> {
  const to = await askContact(app, staffId);
  const said = {
    ...contextFor(app, to),
    visit: visitOf(bookingId, theirs),
    clientName: nameIn(to, client),
    by: clientErased ? "ERASURE" : cancelledBy(by),
  } as const;
  return { kind: "stylist_booking_cancelled", about: bookingId, to, mail: templates.stylist_booking_cancelled(said), bookingId, client };
}
