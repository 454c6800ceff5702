import { Booking_Status as Status } from "@lacio/proto/booking/v1/booking_service";
import type { Api } from "#lib/server/api.ts";
import { viewOf, type BookingView } from "#lib/server/booking-view.ts";
import { client } from "#lib/server/guard.ts";
import { soldAgain } from "#lib/server/sold-again.ts";
import type { PageServerLoad } from "./$types";

const live = [Status.PENDING_PAYMENT, Status.CONFIRMED, Status.REASSIGNING];
const pageSize = 20;

export const load: PageServerLoad = async (event) => {
  client(event);
  const { api } = event.locals;
  const pageToken = event.url.searchParams.get("pagina") ?? "";
  const first = pageToken === "";
  const [next, { past, older }, again] = await Promise.all([first ? upcoming(api) : [], earlier(api, pageToken), soldAgain(api)]);
  return {
    next,
    past: past.map((one) => ({ ...one, again: again(one) })),
    older,
    first,
    tooManyHolds: first && event.url.searchParams.get("falla") === "too_many_holds",
  };
};

const isUpcoming = ({ status, payable, time }: BookingView): boolean =>
  time !== "past" && (status === "CONFIRMED" || status === "REASSIGNING" || payable);

/** What the client has to decide first, then soonest first. */
async function upcoming({ booking }: Api): Promise<BookingView[]> {
  const { bookings } = await booking.listBookings({ pageSize: 200, statuses: live });
  const soonestFirst = bookings
    .map((one) => viewOf(one))
    .filter(isUpcoming)
    .reverse();
  const waits = ({ status }: BookingView) => (status === "REASSIGNING" ? 0 : 1);
  return soonestFirst.sort((a, b) => waits(a) - waits(b));
}

/** Newest first, one page. ListBookings also returns upcoming visits: pages with only those are skipped. */
async function earlier(api: Api, pageToken: string): Promise<{ past: BookingView[]; older: string }> {
  const { bookings, nextPageToken: older } = await api.booking.listBookings({ pageSize, pageToken });
  const past = bookings.map((one) => viewOf(one)).filter((one) => !isUpcoming(one));
  return past.length === 0 && older ? earlier(api, older) : { past, older };
}
