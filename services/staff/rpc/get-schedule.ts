import { notFound } from "@lacio/chassis/errors";
import type { App, Rpc } from "../app.ts";
import { readSchedule } from "../acts/schedule.ts";
import { Stylist } from "../domain/stylist.ts";

export const getSchedule =
  (app: App): Rpc["getSchedule"] =>
  async ({ staffId }) => {
    const stylist = await app.db.read().findOne(Stylist, { id: staffId });
    if (!stylist) throw notFound("stylist");
    return { staffId: stylist.id, shifts: await readSchedule(app.db, stylist.id) };
  };
