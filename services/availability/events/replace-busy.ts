import { timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { Tx } from "@lacio/chassis/db";
import type { BusyPart } from "@lacio/proto/booking/v1/events";

/** A booking's busy parts as of `revision`. An older fact that comes late changes nothing. */
export async function replaceBusy(tx: Tx, bookingId: string, revision: bigint, parts: BusyPart[]): Promise<void> {
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

export const startMinute = (time: Timestamp): number => Math.floor(timestampMs(time) / 60_000);
export const endMinute = (time: Timestamp): number => Math.ceil(timestampMs(time) / 60_000);
