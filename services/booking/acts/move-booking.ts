import type { HandlerContext } from "@connectrpc/connect";
import type { Tx } from "@lacio/chassis/db";
import type { Fact } from "@lacio/chassis/fact";
import type { App } from "../app.ts";
import { busyParts, type Stylist } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";
import { completeLater } from "../timers/complete-visit.ts";
import { watchLater } from "../timers/watch-lost-visit.ts";
import { expireHoldsInTheWay } from "./expire-holds.ts";
import { lockBooking } from "./load-bookings.ts";
import { lockStaff, occupy, release } from "./occupancy.ts";
import { refuseOwnOverlap } from "./refuse-overlap.ts";

/** Where a booking goes: to the first of `stylists` who is free at `start`. `change` undefined: nothing changes. */
export type Move<Answer> = {
  start: Date;
  stylists: Stylist[];
  refuseOverlap: boolean;
  change: (booking: Booking, stylist: Stylist) => Fact | undefined;
  answer: (booking: Booking) => Answer;
};

/**
 * Gives back what a booking occupies and takes its new place. Undefined: all of these stylists are taken, and nothing has changed.
 * @throws Refusal `overlaps_own_visit`, where the move asks for it, and those of `change`
 */
export async function moveBooking<Answer>(app: App, seen: Booking, move: Move<Answer>, ctx: HandlerContext): Promise<Answer | undefined> {
  const moved = await takeFirst(app, seen, move, ctx);
  if (moved) return moved;
  const parts = move.stylists.flatMap(({ staffId }) => busyParts(seen.lines[0]!, staffId, move.start));
  return (await expireHoldsInTheWay(app, parts, seen.clientId)) ? takeFirst(app, seen, move, ctx) : undefined;
}

// In turn: availability's projection lags, so the time of the first ones may be taken already.
async function takeFirst<Answer>(app: App, { id }: Booking, move: Move<Answer>, ctx: HandlerContext) {
  for (const stylist of move.stylists) {
    const answer = await take(app, id, stylist, move, ctx);
    if (answer) return answer;
  }
  return undefined;
}

// Releases and occupies in one transaction. Undefined when the stylist's time is taken: all of it is rolled back.
async function take<Answer>(app: App, id: string, stylist: Stylist, { change, answer, refuseOverlap }: Move<Answer>, ctx: HandlerContext) {
  try {
    return await app.transact(async (tx) => {
      const booking = await lockBooking(tx, id);
      const wasLost = booking.status === "REASSIGNING";
      await lockStaff(
        tx,
        [...booking.busy(), stylist].map(({ staffId }) => staffId),
      );
      const changed = change(booking, stylist);
      if (!changed) return answer(booking);
      // Lock order, against deadlocks: first the advisory lock on the client, then rows of occupancy, as a claim does.
      if (refuseOverlap) await refuseOwnOverlap(tx.sql, tx.em, booking, app.now());
      await release(tx, [id]);
      tx.emit(changed);
      if (!(await occupy(tx, booking))) throw new SlotGone();
      completeLater(app, tx, booking);
      await watchWhileLost(tx, booking, wasLost);
      return answer(booking);
    }, ctx);
  } catch (error) {
    if (error instanceof SlotGone) return undefined;
    throw error;
  }
}

async function watchWhileLost(tx: Tx, booking: Booking, wasLost: boolean): Promise<void> {
  if (booking.status === "REASSIGNING") watchLater(tx, booking);
  else if (wasLost) await tx.drop("watch-lost-visit", booking.id);
}

class SlotGone extends Error {}
