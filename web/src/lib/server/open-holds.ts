import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Booking_Status as Status } from "@lacio/proto/booking/v1/booking_service";
import type { Api } from "./api.ts";

export type OpenHold = { bookingId: string; start: string; end: string; staffId: string; revision: string };

/** The client's unpaid holds of a service. */
export async function openHolds({ booking }: Api, serviceId: string): Promise<OpenHold[]> {
  const { bookings } = await booking.listBookings({ pageSize: 50, statuses: [Status.PENDING_PAYMENT] });
  return bookings
    .filter(({ expiresAt, lines }) => expiresAt && timestampDate(expiresAt) > new Date() && lines[0]?.serviceId === serviceId)
    .map(({ bookingId, start, end, staffId, revision }) => ({
      ...{ bookingId, staffId, revision: String(revision) },
      ...{ start: iso(start!), end: iso(end!) },
    }));
}

/** Whether a wish is for a slot that is held already; an empty `staffId` matches any stylist. */
export const isHeld =
  ({ start, staffId }: { start: string; staffId: string }) =>
  (held: OpenHold): boolean =>
    Date.parse(held.start) === Date.parse(start) && (staffId === "" || staffId === held.staffId);

const iso = (at: Timestamp): string => timestampDate(at).toISOString();
