import { LockMode } from "@mikro-orm/core";
import type { App } from "../app.ts";
import type { Busy } from "../domain/booking-line.ts";
import { Booking } from "../domain/booking.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { partColumns, partRows, release } from "./occupancy.ts";

/**
 * Ends lapsed holds, also of substitutes, that no job has reached yet, where a claim needs their time (`parts`) or, for the client's own,
 * their hold number.
 */
export async function expireHoldsInTheWay(app: App, parts: Busy[], clientId: string): Promise<boolean> {
  const inTheWay = await app.db.sql<{ id: string }>(
    `select id from booking
     where (status = 'PENDING_PAYMENT' and expires_at <= $4 or held_until <= $4)
       and (client_id = $5 or exists (
         select from occupancy o join (${partRows(1)}) part on o.resource_id = part.resource_id and o.during && part.during
         where o.booking_id = booking.id))`,
    [...partColumns(parts), app.now(), clientId],
  );
  if (inTheWay.length === 0) return false;
  await expireHolds(
    app,
    inTheWay.map(({ id }) => id),
  );
  return true;
}

/** Ends these holds, if they have lapsed, and gives their slots back; a booking whose substitute was held stays REASSIGNING. */
export function expireHolds(app: App, ids: string[]): Promise<void> {
  return app.transact(async (tx) => {
    const now = app.now();
    // SKIP LOCKED: a row that another transaction pays or expires at this moment is left to it.
    const lapsed = await tx.em.find(
      Booking,
      { id: { $in: ids }, $or: [{ status: "PENDING_PAYMENT", expiresAt: { $lte: now } }, { heldUntil: { $lte: now } }] },
      { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE, orderBy: { expiresAt: "asc" } },
    );
    tx.emit(...lapsed.map((booking) => (booking.heldUntil ? new LostVisit(booking).releaseSubstitute(false) : booking.expire(now))));
    await release(
      tx,
      lapsed.map((booking) => booking.id),
    );
  });
}
