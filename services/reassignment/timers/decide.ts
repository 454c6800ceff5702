import { failpoint } from "@lacio/chassis/failpoint";
import type { Job } from "@lacio/chassis/jobs";
import { carryOut } from "../acts/carry-out.ts";
import { preferenceOf } from "../acts/preference-of.ts";
import type { App } from "../app.ts";
import { Reassignment } from "../domain/reassignment.ts";

/** Carries out what was answered; at the deadline the client's preference is the answer. */
export const decide = (app: App): Job["run"] =>
  async function decide(id) {
    const seen = await app.db.read().findOne(Reassignment, { id });
    if (!seen || seen.settledAt != null) return;
    if (seen.answer == null) {
      if (seen.deadline > app.now()) return seen.deadline;
      await decideByPreference(app, seen);
      failpoint("reassignment.at_deadline");
    }
    await carryOut(app, id);
  };

async function decideByPreference(app: App, { id, clientId }: Reassignment): Promise<void> {
  const preference = await preferenceOf(app, clientId);
  await app.transact(async (tx) => {
    const reassignment = await tx.lock(Reassignment, { id });
    reassignment.decideAtDeadline(preference, app.now());
    if (reassignment.waitsForPlan) tx.later("plan", ""); // it knows that it is too late to ask
  });
}
