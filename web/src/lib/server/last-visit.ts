import { Booking_Status as Status } from "@lacio/proto/booking/v1/booking_service";
import { viewOf, type BookingView } from "./booking-view.ts";

/** What a client had last, to have it again. Nobody's home page fails for it: without an answer there is no card. */
export async function lastVisit({ api, session }: App.Locals): Promise<BookingView | undefined> {
  if (session?.role !== "CLIENT") return undefined;
  try {
    const statuses = [Status.CONFIRMED, Status.COMPLETED];
    const { bookings } = await api.booking.listBookings({ pageSize: 1, statuses });
    return bookings[0] && viewOf(bookings[0]);
  } catch {
    return undefined;
  }
}
