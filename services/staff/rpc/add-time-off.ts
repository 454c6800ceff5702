import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { App, Rpc } from "../app.ts";
import { Stylist } from "../domain/stylist.ts";
import { TimeOff } from "../domain/time-off.ts";

export const addTimeOff =
  (app: App): Rpc["addTimeOff"] =>
  ({ staffId, start, end, reason }, ctx) =>
    app.transact(async (tx) => {
      const stylist = await tx.lock(Stylist, { id: staffId });
      const [timeOff, taken] = TimeOff.take(stylist.id, timestampDate(start!), timestampDate(end!), reason, app.now());
      tx.add(timeOff);
      tx.emit(taken);
      return { timeOff: timeOff.message() };
    }, ctx);
