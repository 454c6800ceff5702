import type { Tx } from "@lacio/chassis/db";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Line } from "@lacio/proto/booking/v1/booking_service";
import type { App } from "../app.ts";
import type { Became, Outcome } from "../domain/reassignment-schema.ts";
import type { Reassignment } from "../domain/reassignment.ts";

/** Booking has decided: the case has its outcome, which is told once. `lines`: the booking's, after it. */
export async function settle(app: App, tx: Tx, reassignment: Reassignment, outcome: Outcome, lines: Line[]): Promise<void> {
  const settled = reassignment.settle(outcome, outcome === "REFUNDED" ? null : becameOf(lines[0]!), app.now());
  if (!settled) return;
  tx.emit(settled);
  await tx.drop("decide", reassignment.id);
}

const becameOf = ({ staffId, staffName, start, end }: Line): Became => ({
  ...{ staffId, staffName },
  start: timestampDate(start!).toISOString(),
  end: timestampDate(end!).toISOString(),
});
