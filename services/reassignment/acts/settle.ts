import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import type { Outcome } from "../domain/reassignment-schema.ts";
import type { Reassignment } from "../domain/reassignment.ts";

/** Booking has decided: the case has its outcome, which is told once. */
export async function settle(app: App, tx: Tx, reassignment: Reassignment, outcome: Outcome): Promise<void> {
  const settled = reassignment.settle(outcome, app.now());
  if (!settled) return;
  tx.emit(settled);
  await tx.drop("decide", reassignment.id);
}
