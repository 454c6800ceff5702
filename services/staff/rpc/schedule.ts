import { isDeepStrictEqual } from "node:util";
import { notFound } from "@lacio/chassis/errors";
import { readSchedule, writeSchedule } from "../acts/schedule.ts";
import type { App, Rpc } from "../app.ts";
import { weekOf } from "../domain/shift.ts";
import { Stylist } from "../domain/stylist.ts";

export const getSchedule = (app: App): Rpc["getSchedule"] =>
  async function getSchedule({ staffId }) {
    const stylist = await app.db.read().findOne(Stylist, { id: staffId });
    if (!stylist) throw notFound("stylist");
    return { staffId: stylist.id, shifts: await readSchedule(app.db, stylist.id) };
  };

export const putSchedule = (app: App): Rpc["putSchedule"] =>
  function putSchedule(req, ctx) {
    return app.transact(async (tx) => {
      const shifts = weekOf(req.shifts);
      const stylist = await tx.lock(Stylist, { id: req.staffId });
      if (!isDeepStrictEqual(shifts, await readSchedule(tx, stylist.id))) {
        await writeSchedule(tx, stylist.id, shifts);
        tx.emit(stylist.work(shifts));
      }
      return { staffId: stylist.id, shifts };
    }, ctx);
  };
