import { timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { Handler, Once } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type {
  BookingCancelled,
  BookingCompleted,
  BookingCreated,
  BookingExpired,
  BookingLostStylist,
  BookingNoShow,
  BookingPaid,
  BookingReassigned,
  BookingRescheduled,
  BusyPart,
  StylistReturned,
  SubstituteHeld,
  SubstituteReleased,
} from "@lacio/proto/booking/v1/events";
import type { TimeOffChangedSchema } from "@lacio/proto/staff/v1/events";

type Busy = BookingCreated | BookingPaid | BookingRescheduled | SubstituteHeld | BookingReassigned | StylistReturned;
type Free = BookingExpired | BookingCancelled | BookingCompleted | BookingNoShow | BookingLostStylist | SubstituteReleased;

/** A booking takes time: created, moved, with a substitute or its stylist back, or paid late, when it claims its slot again after the hold expired. */
export const onBookingBusy = () =>
  async function onBookingBusy({ bookingId, revision, busy }: Busy, once: Once): Promise<void> {
    // Empty when paid in time: the parts projected at its creation still hold.
    if (busy.length > 0) await once((tx) => replaceBusy(tx, bookingId, revision, busy));
  };

/** A booking frees its time, or the rest of it, as a visit may end early; REASSIGNING it has none of its own. */
export const onBookingFree = () =>
  async function onBookingFree({ bookingId, revision }: Free, once: Once): Promise<void> {
    await once((tx) => replaceBusy(tx, bookingId, revision, []));
  };

// Replaces the projected parts if `revision` is newer than the last one seen (compare-and-set): stale events and redeliveries do nothing.
async function replaceBusy(tx: Tx, bookingId: string, revision: bigint, parts: BusyPart[]): Promise<void> {
  const newer = await tx.sql(
    `insert into booking_seen (booking_id, revision) values ($1, $2)
     on conflict (booking_id) do update set revision = excluded.revision where booking_seen.revision < excluded.revision returning 1`,
    [bookingId, revision],
  );
  if (newer.length === 0) return;
  await tx.sql("delete from busy where booking_id = $1", [bookingId]);
  await tx.sql(
    "insert into busy (booking_id, staff_id, start_minute, end_minute) select $1, * from unnest($2::uuid[], $3::int[], $4::int[])",
    [
      bookingId,
      parts.map((part) => part.staffId),
      parts.map((part) => startMinute(part.start!)),
      parts.map((part) => endMinute(part.end!)),
    ],
  );
}

/** Commutative: time off is only added and removed, and `removed` is a tombstone that a late addition does not undo. */
export const onTimeOffChanged = (): Handler<typeof TimeOffChangedSchema> =>
  async function onTimeOffChanged({ timeOffId, staffId, start, end, removed }, once) {
    await once((tx) =>
      tx.sql(
        `insert into time_off (id, staff_id, start_minute, end_minute, removed) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set removed = time_off.removed or excluded.removed`,
        [timeOffId, staffId, startMinute(start!), endMinute(end!), removed],
      ),
    );
  };

const startMinute = (time: Timestamp): number => Math.floor(timestampMs(time) / 60_000);
const endMinute = (time: Timestamp): number => Math.ceil(timestampMs(time) / 60_000);
