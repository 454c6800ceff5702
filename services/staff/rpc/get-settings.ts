import type { App } from "../app.ts";
import { SalonSettings, theOne } from "../domain/salon-settings.ts";
import type { Rpc } from "./index.ts";

export const getSettings =
  (app: App): Rpc["getSettings"] =>
  async () =>
    (await app.db.read().findOneOrFail(SalonSettings, theOne)).message();
