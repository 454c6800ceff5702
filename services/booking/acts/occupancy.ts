import type { Tx } from "@lacio/chassis/db";
import type { Busy } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";

/**
 * Takes the stylists' time for a booking that exists (for a new one: claim-slot.ts); false when any of it is taken: the booking then
 * occupies nothing.
 */
export async function occupy(tx: Tx, booking: Booking, parts = booking.busy()): Promise<boolean> {
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
 * Advisory locks on these stylists, held to the end of the transaction and taken in one order: two bookings that swap places would
 * otherwise wait for each other's old slot, a deadlock.
 */
export async function lockStaff(tx: Tx, staffIds: string[]): Promise<void> {
  for (const id of [...new Set(staffIds)].sort()) await tx.sql("select pg_advisory_xact_lock(hashtext($1))", [id]);
}

/** Gives the time of these bookings back. */
export async function release(tx: Tx, bookingIds: string[]): Promise<void> {
  await tx.sql("delete from occupancy where booking_id = any($1::uuid[])", [bookingIds]);
}

/** Rows (resource_id, during) of the three arrays of `partColumns`, always in one order: concurrent inserts then wait for each other in turn. */
export const partRows = (first: number) =>
  `select resource_id, tstzrange(starts_at, ends_at) as during
   from unnest($${first}::uuid[], $${first + 1}::timestamptz[], $${first + 2}::timestamptz[]) as p(resource_id, starts_at, ends_at)
   order by resource_id, starts_at`;

export const partColumns = (parts: Busy[]): [string[], Date[], Date[]] => [
  parts.map((part) => part.staffId),
  parts.map((part) => part.start),
  parts.map((part) => part.end),
];
