import type { App, Rpc } from "../app.ts";
import { SalonSettings, theOne } from "../domain/salon-settings.ts";

export const updateSettings =
  (app: App): Rpc["updateSettings"] =>
  ({ settings: wishes, expectedRevision }, ctx) =>
    app.transact(async (tx) => {
      const settings = await tx.lock(SalonSettings, theOne);
      const { gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent } = wishes!;
      const changes = { gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent };
      tx.emit(...settings.change(changes, expectedRevision));
      return settings.message();
    }, ctx);
