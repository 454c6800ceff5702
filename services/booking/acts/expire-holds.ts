import { LockMode } from "@mikro-orm/core";
import type { App } from "../app.ts";
import { Booking } from "../domain/booking.ts";
import type { Busy } from "../domain/busy-parts.ts";
import { partColumns, partRows, release } from "./occupancy.ts";

/** Ends lapsed holds that the sweeper has not met yet, where they are in the way of a claim: on these parts, or among the client's own. */
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

export async function lapsedHolds(app: App): Promise<string[]> {
  const text = "select id from booking where status = 'PENDING_PAYMENT' and expires_at <= $1 order by expires_at";
  return (await app.db.sql<{ id: string }>(text, [app.now()])).map(({ id }) => id);
}

/** Ends these holds, if they have lapsed, and gives their slots back. */
export function expireHolds(app: App, ids: string[]): Promise<void> {
  return app.transact(async (tx) => {
    const now = app.now();
    // Rows that are being paid or expired this moment are left to those who do it.
    const lapsed = await tx.em.find(
      Booking,
      { status: "PENDING_PAYMENT", expiresAt: { $lte: now }, id: { $in: ids } },
      { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE, orderBy: { expiresAt: "asc" } },
    );
    tx.emit(...lapsed.map((booking) => booking.expire(now)));
    await release(
      tx,
      lapsed.map((booking) => booking.id),
    );
  });
}
