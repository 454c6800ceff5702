import { LockMode } from "@mikro-orm/core";
import type { App } from "../app.ts";
import { addLines } from "../db/load-bookings.ts";
import { Booking } from "../domain/booking.ts";
import { later } from "../domain/busy-parts.ts";
import { release } from "../occupancy/occupancy.ts";

const batchSize = 200;

/** What lies behind waits for nobody: a visit that the stylist did not close completes itself some hours after its end. */
export async function completeVisits(app: App, over?: AbortSignal): Promise<void> {
  while ((await completeBatch(app)) === batchSize && !over?.aborted);
}

function completeBatch(app: App): Promise<number> {
  return app.transact(async (tx) => {
    const now = app.now();
    const endedBefore = later(now, -60 * app.config.completeAfterHours);
    // Rows that somebody changes this moment are left to them.
    const ended = await tx.em.find(
      Booking,
      { status: "CONFIRMED", endsAt: { $lte: endedBefore } },
      { lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE, limit: batchSize, orderBy: { endsAt: "asc" } },
    );
    await addLines(tx.em, ended);
    tx.emit(...ended.map((booking) => booking.complete(now)));
    await release(
      tx,
      ended.map(({ id }) => id),
    );
    return ended.length;
  });
}
