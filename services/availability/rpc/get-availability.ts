import { caller, isAdmin } from "@lacio/chassis/access";
import type { App, Rpc } from "../app.ts";
import { offerSlots } from "./offer-slots.ts";
import { offerView } from "./view.ts";

export const getAvailability =
  (app: App): Rpc["getAvailability"] =>
  async ({ serviceId, skillId, staffId, ...days }, ctx) =>
    offerView(await offerSlots(app, { serviceId, skillId, staffId, desk: isAdmin(caller(ctx)) }, days));
