import { caller, isAdmin } from "@lacio/chassis/access";
import type { App, Rpc } from "../app.ts";
import { pageByName } from "./page-by-name.ts";
import { SalonService } from "../domain/salon-service.ts";

export const listServices =
  (app: App): Rpc["listServices"] =>
  async (req, ctx) => {
    const all = req.includeInactive && isAdmin(caller(ctx));
    const { rows, nextPageToken } = await pageByName(req, (after, options) =>
      app.db.read().find(SalonService, { ...after, ...(!all && { active: true }) }, { ...options, populate: ["skills"] }),
    );
    return { services: rows.map((service) => service.message()), nextPageToken };
  };
