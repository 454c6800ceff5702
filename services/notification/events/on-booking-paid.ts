import type { Handler } from "@lacio/chassis/consume";
import type { BookingPaidSchema } from "@lacio/proto/booking/v1/events";
import { askContact, byStylist, contextFor, visitOf } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { nameIn, type Note } from "../domain/notification.ts";
import { templates } from "../templates/index.ts";

// The stylists are told; the client is told with the invoice (on-invoice.ts).
export const onBookingPaid = (app: App): Handler<typeof BookingPaidSchema> =>
  async function onBookingPaid({ bookingId, clientId, lines }, once) {
    const client = await askContact(app, clientId);
    const notes = byStylist(lines).map(async ([staffId, theirs]): Promise<Note> => {
      const to = await askContact(app, staffId);
      const visit = visitOf(bookingId, theirs);
      const mail = templates.stylist_new_booking({ ...contextFor(app, to), visit, clientName: nameIn(to, client) });
      return { kind: "stylist_new_booking", about: bookingId, to, client, mail, bookingId };
    });
    await tell(app, once, await Promise.all(notes));
  };
