import { caller, mayAct } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import type { App, Rpc } from "../app.ts";
import { Stylist } from "../domain/stylist.ts";

export const getStylist =
  (app: App): Rpc["getStylist"] =>
  async ({ staffId }, ctx) => {
    const stylist = await app.db.read().findOne(Stylist, { id: staffId }, { populate: ["skills"] });
    // The public meets only who works here; a service still has to name who worked here once.
    if (!stylist || !(stylist.active || mayAct(caller(ctx), stylist.id))) throw notFound("stylist");
    return { stylist: stylist.message() };
  };
