import type { HandlerContext } from "@connectrpc/connect";
import type { Fact } from "@lacio/chassis/fact";
import type { App } from "../app.ts";
import { busyParts, type Stylist } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { completeLater } from "../timers/complete-visit.ts";
import { watchLater } from "../timers/watch-lost-visit.ts";
import { expireHoldsInTheWay } from "./expire-holds.ts";
import { findCandidates } from "./find-candidates.ts";
import { lockBooking } from "./load-bookings.ts";
import { lockStaff, occupy, release } from "./occupancy.ts";
import { slotTaken } from "./slot-taken.ts";

/** Where a lost visit goes: an empty `staffId` is any stylist. `change` undefined: nothing changes. */
export type TakeOver<Answer> = {
  lossId: string;
  start: Date;
  staffId: string;
  change: (visit: LostVisit, stylist: Stylist) => Fact | undefined;
  answer: (booking: Booking) => Answer;
};

/**
 * Takes a stylist's time for a lost visit, the first candidate's that is free, in place of what was held for it.
 * @throws Refusal `not_lost`, `slot_taken` and those of findCandidates
 */
export async function takeOver<Answer>(app: App, seen: Booking, wish: TakeOver<Answer>, ctx: HandlerContext): Promise<Answer> {
  new LostVisit(seen, wish.lossId);
  const [line] = seen.lines;
  const { start, staffId } = wish;
  const soldAs = line!.layout();
  const wanted = { start, staffId, serviceId: line!.serviceId, ignoreBookingId: seen.id, soldAs, desk: true };
  const { stylists } = await findCandidates(app, wanted);
  // The stylist who can't come may be free in availability's view: a single cancellation is no absence.
  const same = start.getTime() === seen.startsAt.getTime();
  const others = stylists.filter((stylist) => !(same && stylist.staffId === seen.lostStaffId));
  const parts = others.flatMap((stylist) => busyParts(soldAs, stylist.staffId, start));
  const taken =
    (await takeFirst(app, seen.id, others, wish, ctx)) ??
    ((await expireHoldsInTheWay(app, parts, seen.clientId)) ? await takeFirst(app, seen.id, others, wish, ctx) : undefined);
  if (!taken) throw await slotTaken(app, wanted, soldAs);
  return taken;
}

// Candidates in turn: availability's projection lags, so the time of the first ones may be taken already.
async function takeFirst<Answer>(app: App, bookingId: string, stylists: Stylist[], wish: TakeOver<Answer>, ctx: HandlerContext) {
  for (const stylist of stylists) {
    const answer = await take(app, bookingId, stylist, wish, ctx);
    if (answer) return answer;
  }
  return undefined;
}

// Releases and occupies in one transaction. Undefined when the stylist's time is taken: all of it is rolled back.
async function take<Answer>(app: App, bookingId: string, stylist: Stylist, wish: TakeOver<Answer>, ctx: HandlerContext) {
  try {
    return await app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      const visit = new LostVisit(booking, wish.lossId);
      await lockStaff(tx, [stylist.staffId, ...(booking.heldStaffId ? [booking.heldStaffId] : [])]);
      const changed = wish.change(visit, stylist);
      if (!changed) return wish.answer(booking);
      await release(tx, [bookingId]);
      tx.emit(changed);
      if (!(await occupy(tx, booking))) throw new SlotGone();
      completeLater(app, tx, booking);
      if (booking.status === "REASSIGNING") watchLater(tx, booking);
      else await tx.drop("watch-lost-visit", bookingId);
      return wish.answer(booking);
    }, ctx);
  } catch (error) {
    if (error instanceof SlotGone) return undefined;
    throw error;
  }
}

class SlotGone extends Error {}
