import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { StylistAbsentSchema } from "@lacio/proto/staff/v1/events";
import { bookingsInTheWay, occupyFree, type Absence } from "../acts/absence.ts";
import { lockBooking } from "../acts/load-bookings.ts";
import { loseVisit } from "../acts/lose-visit.ts";
import { lockStaff, release } from "../acts/occupancy.ts";
import type { App } from "../app.ts";
import type { Booking } from "../domain/booking.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { isLive } from "../domain/policy.ts";
import { watchLater } from "../timers/watch-lost-visit.ts";

/** All that is booked in this time and has not begun loses its stylist, and the time is occupied by the absence. */
export const onStylistAbsent = (app: App): Handler<typeof StylistAbsentSchema> =>
  async function onStylistAbsent({ absenceId, staffId, from, until, reason }, once) {
    const absence = { absenceId, staffId, from: timestampDate(from!), until: timestampDate(until!) };
    await once(async (tx) => {
      if (!(await isNew(tx, absence, reason))) return; // repeated, or withdrawn by an event that came first
      const bookings = await clear(app, tx, absence);
      const absenceSize = bookings.filter(({ status }) => status === "CONFIRMED").length;
      for (const booking of bookings) await giveUp(app, tx, booking, reason, { absenceId, absenceSize });
    });
  };

async function isNew(tx: Tx, { absenceId, staffId, from, until }: Absence, reason: string): Promise<boolean> {
  const text = `insert into absence (id, staff_id, during, reason) values ($1, $2, tstzrange($3, $4), $5) on conflict do nothing returning 1`;
  return (await tx.sql(text, [absenceId, staffId, from, until, reason])).length > 0;
}

const mostRounds = 20;

/**
 * Releases the time of the bookings in the way, which it answers, and occupies all that is free, until nothing is left: claims of new
 * bookings wait for no lock of ours. Lock order, against deadlocks, as in a move: bookings, the stylist, rows of occupancy.
 */
async function clear(app: App, tx: Tx, absence: Absence): Promise<Booking[]> {
  const now = app.now();
  const cleared: Booking[] = [];
  for (const id of await bookingsInTheWay(tx, absence.absenceId, now)) await lockBooking(tx, id);
  await lockStaff(tx, [absence.staffId]);
  for (let round = 0; round < mostRounds; round++) {
    const { free, bookings } = await occupyFree(tx, absence.absenceId, now);
    if (free === 0 && bookings.length === 0) return cleared;
    for (const id of bookings) {
      const booking = await lockBooking(tx, id);
      if (!occupies(booking, absence)) continue; // it has moved away or ended while its row was waited for
      await release(tx, [id]);
      cleared.push(booking);
    }
  }
  throw new Error(`absence ${absence.absenceId}: its time could not be occupied in ${mostRounds} rounds`);
}

const occupies = (booking: Booking, { staffId, from, until }: Absence): boolean =>
  isLive(booking) &&
  booking.busy().some((part) => part.staffId === staffId && part.start < until && part.end > from && booking.endsAt > from);

async function giveUp(app: App, tx: Tx, booking: Booking, reason: string, by: { absenceId: string; absenceSize: number }): Promise<void> {
  if (booking.status !== "REASSIGNING") return loseVisit(app, tx, booking, reason, by);
  tx.emit(new LostVisit(booking).releaseSubstitute(true)); // the substitute who was held is absent, too
  watchLater(tx, booking);
}
