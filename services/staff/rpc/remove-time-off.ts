import type { App, Rpc } from "../app.ts";
import { TimeOff } from "../domain/time-off.ts";

export const removeTimeOff =
  (app: App): Rpc["removeTimeOff"] =>
  ({ staffId, timeOffId }, ctx) =>
    app.transact(async (tx) => {
      const timeOff = await tx.lock(TimeOff, { id: timeOffId, staffId });
      tx.emit(...timeOff.remove(app.now()));
      return {};
    }, ctx);
