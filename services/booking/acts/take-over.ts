import type { HandlerContext } from "@connectrpc/connect";
import type { Fact } from "@lacio/chassis/fact";
import type { App } from "../app.ts";
import type { Stylist } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { findCandidates } from "./find-candidates.ts";
import { moveBooking, type Move } from "./move-booking.ts";
import { slotTaken } from "./slot-taken.ts";

/** Where a lost visit goes: an empty `staffId` is any stylist. */
export type TakeOver<Answer> = Pick<Move<Answer>, "start" | "refuseOverlap" | "answer"> & {
  lossId: string;
  staffId: string;
  change: (visit: LostVisit, stylist: Stylist) => Fact | undefined;
};

/**
 * Takes a stylist's time for a lost visit, the first candidate's that is free, in place of what was held for it.
 * @throws Refusal `not_lost`, `slot_taken` and those of findCandidates and moveBooking
 */
export async function takeOver<Answer>(app: App, seen: Booking, wish: TakeOver<Answer>, ctx: HandlerContext): Promise<Answer> {
  new LostVisit(seen, wish.lossId);
  const [line] = seen.lines;
  const { start, staffId, lossId } = wish;
  const soldAs = line!.layout();
  const wanted = { start, staffId, serviceId: line!.serviceId, ignoreBookingId: seen.id, soldAs, desk: true };
  const { stylists } = await findCandidates(app, wanted);
  // The stylist who can't come may be free in availability's view: a single cancellation is no absence.
  const same = start.getTime() === seen.startsAt.getTime();
  const others = stylists.filter((stylist) => !(same && stylist.staffId === seen.lostStaffId));
  const change: Move<Answer>["change"] = (booking, stylist) => wish.change(new LostVisit(booking, lossId), stylist);
  const taken = await moveBooking(app, seen, { ...wish, stylists: others, change }, ctx);
  if (!taken) throw await slotTaken(app, wanted, soldAs);
  return taken;
}
