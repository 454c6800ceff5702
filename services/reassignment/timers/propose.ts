import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Tx } from "@lacio/chassis/db";
import { failpoint } from "@lacio/chassis/failpoint";
import { refusalOf, stylistCannot } from "../acts/booking-refusal.ts";
import { carryOut } from "../acts/carry-out.ts";
import { findOtherTimes } from "../acts/find-other-times.ts";
import type { App } from "../app.ts";
import type { Substitute } from "../domain/answer.ts";
import { Reassignment } from "../domain/reassignment.ts";

const shownTimes = 3;

/** Does what the plan says of one visit: it is moved or refunded at once, or the client is asked. Undefined: the plan has nobody for it. */
export async function propose(app: App, lost: Reassignment, substitute: Substitute | undefined, canAsk: boolean): Promise<void> {
  if (substitute && (lost.anyStaff || !canAsk)) return decideAtOnce(app, lost, (reassignment) => reassignment.moveAtOnce(substitute));
  if (!canAsk) return decideAtOnce(app, lost, (reassignment) => reassignment.refundAtOnce());
  if (substitute) return offer(app, lost, substitute);
  const others = await findOtherTimes(app, lost, shownTimes);
  await ask(app, lost, (tx, reassignment) => tx.emit(reassignment.offerOtherTimes(others)));
}

// Written down first, with a job that carries it out: a process that dies between decides the same again.
async function decideAtOnce(app: App, { id }: Reassignment, decide: (reassignment: Reassignment) => void): Promise<void> {
  await app.transact(async (tx) => {
    const reassignment = await tx.lock(Reassignment, { id });
    if (!reassignment.waitsForPlan) return;
    decide(reassignment);
    tx.later("decide", id, { seconds: 5 });
  });
  await carryOut(app, id);
}

/** Who is offered is held before the client hears of it. */
async function offer(app: App, lost: Reassignment, substitute: Substitute): Promise<void> {
  if (!(await hold(app, lost, substitute))) return;
  failpoint("reassignment.after_hold");
  const asked = await ask(app, lost, (tx, reassignment) => {
    if (reassignment.passedOver.includes(substitute.staffId))
      tx.later("plan", ""); // absent since then
    else tx.emit(reassignment.offer(substitute));
  });
  // Another replica, which took this job over, has offered somebody else meanwhile: that one is to be held, not ours.
  if (asked.state === "OFFERED" && asked.offerStaffId !== substitute.staffId) await hold(app, asked, asked.offered());
}

/** Occupies the substitute's time until the deadline. False when booking refuses: then it is planned again, without this stylist. */
async function hold(app: App, lost: Reassignment, { staffId }: Substitute): Promise<boolean> {
  const { id: lossId, bookingId, deadline } = lost;
  try {
    await app.booking.holdSubstitute({ bookingId, lossId, staffId, until: timestampFromDate(deadline) });
    return true;
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === "not_lost") return false; // booking has moved on: its fact settles the case
    if (!stylistCannot(reason)) throw error;
  }
  await app.transact(async (tx) => {
    const reassignment = await tx.lock(Reassignment, { id: lossId });
    if (reassignment.waitsForPlan) reassignment.passOver(staffId);
    else reassignment.substituteLost(staffId);
    tx.later("plan", "");
  });
  return false;
}

const ask = (app: App, { id }: Reassignment, question: (tx: Tx, reassignment: Reassignment) => void): Promise<Reassignment> =>
  app.transact(async (tx) => {
    const reassignment = await tx.lock(Reassignment, { id });
    if (!reassignment.waitsForPlan) return reassignment;
    question(tx, reassignment);
    tx.later("decide", id, reassignment.deadline);
    return reassignment;
  });
