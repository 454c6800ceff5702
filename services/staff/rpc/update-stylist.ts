import type { App, Rpc } from "../app.ts";
import { skillsOf } from "../acts/skills-of.ts";
import { lockStylist } from "../acts/ensure-stylist.ts";

export const updateStylist =
  (app: App): Rpc["updateStylist"] =>
  ({ staffId, name, bio, skillIds, active }, ctx) =>
    app.transact(async (tx) => {
      const stylist = await lockStylist(tx, staffId);
      const skills = skillIds && (await skillsOf(tx.em, skillIds.ids, "skillIds.ids"));
      tx.emit(...stylist.change({ name, bio, skills, active }));
      return { stylist: stylist.message() };
    }, ctx);
