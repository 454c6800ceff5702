import type { Handler } from "@lacio/chassis/consume";
import type { BookingReassigned, BookingReassignedSchema } from "@lacio/proto/booking/v1/events";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import { askBooking, askContact, byStylist, contextFor, policyOf, reasonOfLoss, visitOf, visitPages } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { nameIn, type Note } from "../domain/notification.ts";
import { calendarVisit } from "../templates/calendar.ts";
import { templates } from "../templates/index.ts";
import { stylistNames } from "../templates/visit.ts";

export const onBookingReassigned = (app: App): Handler<typeof BookingReassignedSchema> =>
  async function onBookingReassigned(event, once) {
    const { bookingId, clientId, lossId, oldLines, lines, refund, revision } = event;
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const before = visitOf(bookingId, oldLines);
    const back = refund?.minorUnits ?? 0n;
    const visit = { ...visitOf(bookingId, lines), price: before.price - back };
    const context = contextFor(app, to);
    const pages = visitPages(app, to, bookingId);
    const mail = templates.booking_reassigned({
      ...{ ...context, ...pages, visit, policy: policyOf(booking) },
      lostStylist: stylistNames(before),
      reason: reasonOfLoss(booking, lossId),
      ...{ paid: before.price, refund: back },
    });
    const calendar = calendarVisit(visit, context, { revision: Number(revision), state: "CONFIRMED", url: pages.bookingUrl });
    const client: Note = { kind: "booking_reassigned", about: lossId, to, mail, bookingId, calendar };
    await tell(app, once, [client, ...(await newStylistNotes(app, event, to))]);
  };

// The lost stylist was told when she lost it (on-lost-stylist.ts).
function newStylistNotes(app: App, { bookingId, lossId, lines }: BookingReassigned, client: Profile): Promise<Note[]> {
  const notes = byStylist(lines).map(async ([staffId, theirs]): Promise<Note> => {
    const to = await askContact(app, staffId);
    const said = { ...contextFor(app, to), visit: visitOf(bookingId, theirs), clientName: nameIn(to, client) };
    return { kind: "stylist_new_booking", about: lossId, to, client, mail: templates.stylist_new_booking(said), bookingId };
  });
  return Promise.all(notes);
}
