import { caller, isAdmin } from "@lacio/chassis/access";
import type { App, Rpc } from "../app.ts";
import { pageByName } from "./page-by-name.ts";
import { Stylist } from "../domain/stylist.ts";

export const listStaff =
  (app: App): Rpc["listStaff"] =>
  async (req, ctx) => {
    const all = req.includeInactive && isAdmin(caller(ctx));
    const where = { ...(!all && { active: true }), ...(req.skillId && { skills: { $some: { id: req.skillId } } }) };
    const { rows, nextPageToken } = await pageByName(req, (after, options) =>
      app.db.read().find(Stylist, { ...after, ...where }, { ...options, populate: ["skills"] }),
    );
    return { staff: rows.map((stylist) => stylist.message()), nextPageToken };
  };
