import { Code } from "@connectrpc/connect";
import { caller, isAdmin, type Person } from "@lacio/chassis/access";
import { invalid, Refusal } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import { Booking_Status, type ListBookingsRequest, type ListStaffBookingsRequest } from "@lacio/proto/booking/v1/booking_service";
import { findBookings } from "../acts/load-bookings.ts";
import type { App, Rpc } from "../app.ts";
import type { Status } from "../domain/booking-schema.ts";
import { time } from "../domain/start-time.ts";
import { showBooking } from "./show-booking.ts";

export const listBookings = (app: App): Rpc["listBookings"] =>
  async function listBookings(req, ctx) {
    const who = caller(ctx);
    const clientId = who.kind === "person" ? clientFor(who, req) : namedClient(req);
    if (req.statuses.includes(Booking_Status.STATUS_UNSPECIFIED)) throw invalid("statuses", "must name states");
    const statuses = req.statuses.length > 0 ? req.statuses.map((status) => Booking_Status[status]) : null;

    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const found = await app.db.sql<Position>(
      `select id, starts_at as "startsAt" from booking
       where ($1::uuid is null or client_id = $1) and ($2::text[] is null or status = any($2))
         and ($3::timestamptz is null or (starts_at, id) < ($3, $4::uuid))
       order by starts_at desc, id desc limit $5`,
      [clientId, statuses, ...positionAfter(after), limit],
    );
    return showPage(app, found, size);
  };

/** Whose bookings a person may list; null: everybody's. */
function clientFor(who: Person, { clientId }: ListBookingsRequest): string | null {
  if (isAdmin(who)) return clientId || null;
  if (clientId && clientId !== who.id) throw new Refusal("forbidden", "You may list your own bookings only.", Code.PermissionDenied);
  return who.id;
}

// A service asks about one client: an id that it forgot must not list everybody's bookings.
function namedClient({ clientId }: ListBookingsRequest): string {
  if (!clientId) throw invalid("clientId", "must be said by a service");
  return clientId;
}

const dayMs = 86_400_000;
const inAgenda: Status[] = ["PENDING_PAYMENT", "CONFIRMED", "COMPLETED", "NO_SHOW"];

export const listStaffBookings = (app: App): Rpc["listStaffBookings"] =>
  async function listStaffBookings(req) {
    const [from, to] = period(req, app.now());
    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const found = await app.db.sql<Position>(
      `select b.id, b.starts_at as "startsAt" from booking b
       where b.id in (select booking_id from booking_line where staff_id = $1 and ends_at > $2 and starts_at < $3)
         and b.status = any($4) and ($5::timestamptz is null or (b.starts_at, b.id) > ($5, $6::uuid))
       order by b.starts_at, b.id limit $7`,
      [req.staffId, from, to, inAgenda, ...positionAfter(after), limit],
    );
    return showPage(app, found, size);
  };

// What overlaps the period is listed: also a visit that is under way at `from`.
function period(req: ListStaffBookingsRequest, now: Date): [Date, Date] {
  const from = req.from ? time(req.from, "from") : now;
  const to = req.to ? time(req.to, "to") : new Date(from.getTime() + 31 * dayMs);
  if (to <= from) throw invalid("to", "must be after from");
  if (to.getTime() - from.getTime() > 92 * dayMs) throw invalid("to", "must be at most 92 days after from");
  return [from, to];
}

/** A booking's place in a list, and what a page token holds: lists are ordered by start, then id (keyset pagination). */
type Position = { startsAt: Date; id: string };

function positionAfter(after: string[] | undefined): [Date, string] | [null, null] {
  if (!after) return [null, null];
  const [time, id] = after as [string, string];
  return [new Date(time), id];
}

async function showPage(app: App, found: Position[], size: number) {
  const { rows, nextPageToken } = paged(found, size, ({ startsAt, id }) => [startsAt.toISOString(), id]);
  const bookings = await findBookings(
    app.db.read(),
    rows.map(({ id }) => id),
  );
  return { bookings: bookings.map((booking) => showBooking(booking, app.now())), nextPageToken };
}
