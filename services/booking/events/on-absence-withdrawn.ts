import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { AbsenceWithdrawnSchema } from "@lacio/proto/staff/v1/events";
import { occupyFree } from "../acts/absence.ts";
import { lockBooking } from "../acts/load-bookings.ts";
import { lockStaff, occupy, release } from "../acts/occupancy.ts";
import type { App } from "../app.ts";
import type { Booking } from "../domain/booking.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { completeLater } from "../timers/complete-visit.ts";

/** The stylist's time is free again, and visits for which nothing was decided yet return to the stylist, where it still is. */
export const onAbsenceWithdrawn = (app: App): Handler<typeof AbsenceWithdrawnSchema> =>
  async function onAbsenceWithdrawn({ absenceId, staffId }, once) {
    await once(async (tx) => {
      if (!(await withdraw(tx, absenceId, staffId, app.now()))) return;
      const visits = await lockLost(app, tx, staffId);
      await lockStaff(tx, [staffId, ...visits.flatMap(({ heldStaffId }) => heldStaffId ?? [])]);
      await tx.sql("delete from occupancy where absence_id = $1", [absenceId]);
      await occupyForOthers(app, tx, absenceId);
      for (const booking of visits) await giveBack(app, tx, booking);
    });
  };

// Before its absence has come, the row is a tombstone: the absence will find it and do nothing.
async function withdraw(tx: Tx, absenceId: string, staffId: string, now: Date): Promise<boolean> {
  const rows = await tx.sql(
    `insert into absence (id, staff_id, withdrawn_at) values ($1, $2, $3)
     on conflict (id) do update set withdrawn_at = $3 where absence.withdrawn_at is null returning 1`,
    [absenceId, staffId, now],
  );
  return rows.length > 0;
}

/** Visits by any withdrawn absence of the stylist: another absence may have covered their time when theirs was withdrawn. */
async function lockLost(app: App, tx: Tx, staffId: string): Promise<Booking[]> {
  const rows = await tx.sql<{ id: string }>(
    `select b.id from booking b join absence a on a.id = b.lost_absence_id
     where b.status = 'REASSIGNING' and b.starts_at > $2 and a.staff_id = $1 and a.withdrawn_at is not null
     order by b.id for update of b`,
    [staffId, app.now()],
  );
  const visits: Booking[] = [];
  for (const { id } of rows) visits.push(await lockBooking(tx, id));
  return visits;
}

async function occupyForOthers(app: App, tx: Tx, absenceId: string): Promise<void> {
  const others = await tx.sql<{ id: string }>(
    `select other.id from absence gone join absence other on other.staff_id = gone.staff_id and other.during && gone.during
     where gone.id = $1 and other.withdrawn_at is null order by other.id`,
    [absenceId],
  );
  for (const { id } of others) await occupyFree(tx, id, app.now());
}

// The stylist's own time may be another client's by now: then the visit waits on, with the substitute who was held for it.
async function giveBack(app: App, tx: Tx, booking: Booking): Promise<void> {
  const held = booking.busy();
  await release(tx, [booking.id]);
  const own = booking.lines.flatMap((line) => line.busy());
  if (await occupy(tx, booking, own)) {
    tx.emit(new LostVisit(booking).returnStylist());
    completeLater(app, tx, booking);
    return tx.drop("watch-lost-visit", booking.id);
  }
  if (!(await occupy(tx, booking, held))) throw new Error(`booking ${booking.id}: the time held for it was lost under its lock`);
}
