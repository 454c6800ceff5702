import type { Handler } from "@lacio/chassis/consume";
import { Booking_Status, type Line } from "@lacio/proto/booking/v1/booking_service";
import type { BookingRescheduled, BookingRescheduledSchema } from "@lacio/proto/booking/v1/events";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import { askBooking, askContact, byStylist, contextFor, policyOf, startOf, toPay, visitOf, visitPages } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { nameIn, type Note } from "../domain/notification.ts";
import { calendarVisit } from "../templates/calendar.ts";
import { templates } from "../templates/index.ts";

export const onBookingRescheduled = (app: App): Handler<typeof BookingRescheduledSchema> =>
  async function onBookingRescheduled(event, once) {
    const { bookingId, clientId, lines, oldLines, revision } = event;
    const [to, booking] = await Promise.all([askContact(app, clientId), askBooking(app, bookingId)]);
    const visit = visitOf(bookingId, lines);
    const context = contextFor(app, to);
    const pages = visitPages(app, to, bookingId);
    const policy = policyOf(booking);
    const mail = templates.booking_rescheduled({
      ...{ ...context, ...pages, visit, policy },
      oldStart: startOf(oldLines),
      toPay: toPay(app, to, booking),
    });
    const unpaid = booking.status === Booking_Status.PENDING_PAYMENT;
    // A hold may expire: it goes into the calendar when it is paid.
    const calendar = unpaid
      ? undefined
      : calendarVisit(visit, context, { revision: Number(revision), state: "CONFIRMED", url: pages.bookingUrl });
    const client: Note = {
      ...{ kind: "booking_rescheduled", about: `${bookingId}:${revision}`, to, mail, bookingId, calendar },
      onlyIfKnown: unpaid,
    };
    // A stylist is told of a booking when it is paid: a hold that moves is no news.
    await tell(app, once, [client, ...(unpaid ? [] : await stylistNotes(app, event, to))]);
  };

async function stylistNotes(app: App, event: BookingRescheduled, client: Profile): Promise<Note[]> {
  // Who had lost the visit was told so then, and has it anew if she gets it back.
  const [before, after] = [new Map(byStylist(event.lossId ? [] : event.oldLines)), new Map(byStylist(event.lines))];
  const concerned = [...new Set([...before.keys(), ...after.keys()])];
  return Promise.all(concerned.map((staffId) => stylistNote(app, event, client, staffId, before.get(staffId), after.get(staffId))));
}

async function stylistNote(
  app: App,
  { bookingId, revision }: BookingRescheduled,
  client: Profile,
  staffId: string,
  before?: Line[],
  after?: Line[],
): Promise<Note> {
  const to = await askContact(app, staffId);
  const visit = visitOf(bookingId, after ?? before!);
  const said = { ...contextFor(app, to), visit, clientName: nameIn(to, client) };
  const about = { about: `${bookingId}:${revision}`, to, client, bookingId };
  if (!after) return { ...about, kind: "stylist_booking_cancelled", mail: templates.stylist_booking_cancelled({ ...said, by: "MOVED" }) };
  if (!before) return { ...about, kind: "stylist_new_booking", mail: templates.stylist_new_booking(said) };
  const mail = templates.stylist_booking_rescheduled({ ...said, oldStart: startOf(before) });
  return { ...about, kind: "stylist_booking_rescheduled", mail };
}
