import { invalid } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { ListStaffBookingsRequest } from "@lacio/proto/booking/v1/booking_service";
import type { App, Rpc } from "../app.ts";
import type { Status } from "../domain/booking-schema.ts";
import { positionKey, startPosition, type Position } from "./list-position.ts";
import { findBookings } from "../acts/load-bookings.ts";
import { showBooking } from "./show-booking.ts";
import { time } from "../domain/start-time.ts";

const dayMs = 86_400_000;
const inAgenda: Status[] = ["PENDING_PAYMENT", "CONFIRMED", "COMPLETED", "NO_SHOW"];

export const listStaffBookings =
  (app: App): Rpc["listStaffBookings"] =>
  async (req) => {
    const [from, to] = period(req, app.now());
    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const position = startPosition(after);
    const found = await app.db.sql<Position>(
      `select b.id, b.starts_at as "startsAt" from booking b
       where b.id in (select booking_id from booking_line where staff_id = $1 and ends_at > $2 and starts_at < $3)
         and b.status = any($4) and ($5::timestamptz is null or (b.starts_at, b.id) > ($5, $6::uuid))
       order by b.starts_at, b.id limit $7`,
      [req.staffId, from, to, inAgenda, position?.startsAt ?? null, position?.id ?? null, limit],
    );
    const { rows, nextPageToken } = paged(found, size, positionKey);
    const bookings = await findBookings(
      app.db.read(),
      rows.map(({ id }) => id),
    );
    return { bookings: bookings.map((booking) => showBooking(booking, app.now())), nextPageToken };
  };

// A visit that is under way at `from` belongs to it.
function period(req: ListStaffBookingsRequest, now: Date): [Date, Date] {
  const from = req.from ? time(req.from, "from") : now;
  const to = req.to ? time(req.to, "to") : new Date(from.getTime() + 31 * dayMs);
  if (to <= from) throw invalid("to", "must be after from");
  if (to.getTime() - from.getTime() > 92 * dayMs) throw invalid("to", "must be at most 92 days after from");
  return [from, to];
}
