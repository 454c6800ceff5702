import { stylistNames, viewOf, type BookingView } from "#lib/server/booking-view.ts";
import { client } from "#lib/server/guard.ts";
import type { PageServerLoad } from "./$types";

const live: BookingView["status"][] = ["PENDING_PAYMENT", "CONFIRMED", "REASSIGNING"];

export const load: PageServerLoad = async (event) => {
  client(event);
  const { api } = event.locals;
  const pageToken = event.url.searchParams.get("pagina") ?? "";
  const [{ bookings, nextPageToken }, nameOf] = await Promise.all([
    api.booking.listBookings({ pageSize: 20, pageToken }),
    stylistNames(api),
  ]);
  const all = bookings.map((booking) => viewOf(booking, nameOf));
  const now = new Date().toISOString();
  const next = all.filter(({ status, end }) => live.includes(status) && end > now);
  return {
    next: next.sort((a, b) => a.start.localeCompare(b.start)),
    past: all.filter((booking) => !next.includes(booking)),
    older: nextPageToken,
    first: pageToken === "",
    tooManyHolds: event.url.searchParams.get("falla") === "too_many_holds",
  };
};
