import { Booking_Status as Status } from "@lacio/proto/booking/v1/booking_service";
import { viewOf, type BookingView } from "./booking-view.ts";

/** The client's last booking, to offer it again. Errors are swallowed: the home page is rendered without the card. */
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
