import type { Booking } from "@lacio/proto/booking/v1/booking_service";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import type { App } from "../app.ts";
import type { Note } from "../domain/notification.ts";
import { calendarVisit } from "../templates/calendar.ts";
import { templates } from "../templates/index.ts";
import type { Visit } from "../templates/visit.ts";
import { contextFor, policyOf, visitPages } from "./ask.ts";

/** What a client hears of a paid booking, with the number of its invoice or without. */
export function confirmation(app: App, to: Profile, booking: Booking, visit: Visit, invoiceNumber?: string): Note {
  const context = contextFor(app, to);
  const pages = visitPages(app, to, booking.bookingId);
  return {
    ...{ kind: "booking_confirmed", about: booking.bookingId, to, bookingId: booking.bookingId },
    mail: templates.booking_confirmed({ ...context, ...pages, visit, policy: policyOf(booking), invoiceNumber }),
    calendar: calendarVisit(visit, context, { revision: Number(booking.revision), state: "CONFIRMED", url: pages.bookingUrl }),
  };
}
