import { Code } from "@connectrpc/connect";
import { caller, isAdmin, type Person } from "@lacio/chassis/access";
import { invalid, Refusal } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import { Booking_Status, type ListBookingsRequest } from "@lacio/proto/booking/v1/booking_service";
import type { App, Rpc } from "../app.ts";
import { findBookings } from "../acts/load-bookings.ts";
import { positionKey, startPosition, type Position } from "./list-position.ts";
import { showBooking } from "./show-booking.ts";

export const listBookings =
  (app: App): Rpc["listBookings"] =>
  async (req, ctx) => {
    const who = caller(ctx);
    const clientId = who.kind === "person" ? clientFor(who, req) : namedClient(req);
    if (req.statuses.includes(Booking_Status.STATUS_UNSPECIFIED)) throw invalid("statuses", "must name states");
    const statuses = req.statuses.length > 0 ? req.statuses.map((status) => Booking_Status[status]) : null;

    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const from = startPosition(after);
    const found = await app.db.sql<Position>(
      `select id, starts_at as "startsAt" from booking
       where ($1::uuid is null or client_id = $1) and ($2::text[] is null or status = any($2))
         and ($3::timestamptz is null or (starts_at, id) < ($3, $4::uuid))
       order by starts_at desc, id desc limit $5`,
      [clientId, statuses, from?.startsAt ?? null, from?.id ?? null, limit],
    );
    const { rows, nextPageToken } = paged(found, size, positionKey);
    const bookings = await findBookings(
      app.db.read(),
      rows.map(({ id }) => id),
    );
    return { bookings: bookings.map((booking) => showBooking(booking, app.now())), nextPageToken };
  };

/** Whose bookings a person may list; null = everybody's. */
function clientFor(who: Person, { clientId }: ListBookingsRequest): string | null {
  if (isAdmin(who)) return clientId || null;
  if (clientId && clientId !== who.id) throw new Refusal("forbidden", "You may list your own bookings only.", Code.PermissionDenied);
  return who.id;
}

// A service asks about one client; a forgotten id must not become everybody.
function namedClient({ clientId }: ListBookingsRequest): string {
  if (!clientId) throw invalid("clientId", "must be said by a service");
  return clientId;
}
