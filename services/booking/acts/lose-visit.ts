import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import type { Booking } from "../domain/booking.ts";
import { loseStylist, type LostBy } from "../domain/lost-visit.ts";
import { watchLater } from "../timers/watch-lost-visit.ts";
import { release } from "./occupancy.ts";
import { wordsKept } from "./words-kept.ts";

/** The stylist can't come: a paid visit becomes REASSIGNING, an unpaid hold is cancelled. */
export async function loseVisit(app: App, tx: Tx, booking: Booking, reason: string, by?: LostBy): Promise<void> {
  const unpaid = booking.status === "PENDING_PAYMENT";
  const words = await wordsKept(tx, booking, reason);
  tx.emit(unpaid ? booking.cancel("STYLIST", words, app.now()) : loseStylist(booking, words, app.now(), by));
  await release(tx, [booking.id]);
  await tx.drop("complete-visit", booking.id);
  if (!unpaid) watchLater(tx, booking);
}
