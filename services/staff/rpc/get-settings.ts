import type { App, Rpc } from "../app.ts";
import { SalonSettings, theOne } from "../domain/salon-settings.ts";

export const getSettings =
  (app: App): Rpc["getSettings"] =>
  async () =>
    (await app.db.read().findOneOrFail(SalonSettings, theOne)).message();
