import type { Tx } from "@lacio/chassis/db";
import type { Booking } from "../domain/booking.ts";
import { partColumns, partRows } from "./claim-slot.ts";

/** For a booking that moves, or is paid after its hold (a new one: claim-slot.ts): takes the stylists' time; false when any of it is taken, and then nothing was inserted. */
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
