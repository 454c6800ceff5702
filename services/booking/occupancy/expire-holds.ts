import { LockMode } from "@mikro-orm/core";
import type { App } from "../app.ts";
import { Booking } from "../domain/booking.ts";
import type { Busy } from "../domain/busy-parts.ts";
import { partColumns, partRows, release } from "./occupancy.ts";

export const batchSize = 200;

/** Ends holds whose time is over, all or those of `ids`, and gives their slots back; the number of them. */
export function expireHolds(app: App, ids?: string[]): Promise<number> {
  return app.transact(async (tx) => {
    const now = app.now();
    // Rows that somebody is paying or expiring this moment are left to them.
    const lapsed = await tx.em.find(
      Booking,
      { status: "PENDING_PAYMENT", expiresAt: { $lte: now }, ...(ids && { id: { $in: ids } }) },
      { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE, limit: batchSize, orderBy: { expiresAt: "asc" } },
    );
    tx.emit(...lapsed.map((booking) => booking.expire(now)));
    await release(
      tx,
      lapsed.map((booking) => booking.id),
    );
    return lapsed.length;
  });
}

/** Ends lapsed holds which the sweeper has not met yet, where they are in somebody's way: on these parts, or among the client's own. */
export async function expireHoldsInTheWay(app: App, parts: Busy[], clientId: string): Promise<boolean> {
  const inTheWay = await app.db.sql<{ id: string }>(
    `select id from booking
     where status = 'PENDING_PAYMENT' and expires_at <= $4
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
