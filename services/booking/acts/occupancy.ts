import type { Tx } from "@lacio/chassis/db";
import type { Booking } from "../domain/booking.ts";
import type { Busy } from "../domain/busy-parts.ts";

/** Takes the stylists' time for a booking; false when somebody else has any of it, and then nothing was taken. */
export async function occupy(tx: Tx, booking: Booking): Promise<boolean> {
  const parts = booking.busy();
  const taken = await tx.sql(
    `insert into occupancy (resource_id, during, booking_id)
     select part.*, $4::uuid from (${partRows(1)}) part
     on conflict do nothing returning 1`,
    [...partColumns(parts), booking.id],
  );
  if (taken.length === parts.length) return true;
  await release(tx, [booking.id]);
  return false;
}

/**
 * Whoever moves within the days of these stylists does so in turn, to the end of the transaction: two bookings that swap places would
 * otherwise wait for each other's old slot.
 */
export async function takeTurns(tx: Tx, staffIds: string[]): Promise<void> {
  for (const id of [...new Set(staffIds)].sort()) await tx.sql("select pg_advisory_xact_lock(hashtext($1))", [id]);
}

/** Gives the time of these bookings back. */
export async function release(tx: Tx, bookingIds: string[]): Promise<void> {
  await tx.sql("delete from occupancy where booking_id = any($1::uuid[])", [bookingIds]);
}

/** Rows (resource_id, during) of the three arrays of `partColumns`, always in one order: claimants then wait for each other in turn. */
export const partRows = (first: number) =>
  `select resource_id, tstzrange(starts_at, ends_at) as during
   from unnest($${first}::uuid[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[]) as p(resource_id, starts_at, ends_at)
   order by resource_id, starts_at`;

export const partColumns = (parts: Busy[]): [string[], Date[], Date[]] => [
  parts.map((part) => part.staffId),
  parts.map((part) => part.start),
  parts.map((part) => part.end),
];
