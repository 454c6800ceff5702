import type { App, Rpc } from "../app.ts";
import { SalonSettings, theOne } from "../domain/salon-settings.ts";

export const getSettings = (app: App): Rpc["getSettings"] =>
  async function getSettings() {
    return showSettings(await app.db.read().findOneOrFail(SalonSettings, theOne));
  };

export const updateSettings = (app: App): Rpc["updateSettings"] =>
  function updateSettings({ settings: wishes, expectedRevision }, ctx) {
    return app.transact(async (tx) => {
      const settings = await tx.lock(SalonSettings, theOne);
      const { gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent } = wishes!;
      const changes = { gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent };
      tx.emit(...settings.change(changes, expectedRevision));
      return showSettings(settings);
    }, ctx);
  };

const showSettings = (settings: SalonSettings) => ({ settings: settings.values(), revision: settings.revision });
