import { isDeepStrictEqual } from "node:util";
import type { App, Rpc } from "../app.ts";
import { readSchedule, writeSchedule } from "../acts/schedule.ts";
import { weekOf } from "../domain/shift.ts";
import { Stylist } from "../domain/stylist.ts";

export const putSchedule =
  (app: App): Rpc["putSchedule"] =>
  (req, ctx) =>
    app.transact(async (tx) => {
      const shifts = weekOf(req.shifts);
      const stylist = await tx.lock(Stylist, { id: req.staffId });
      if (!isDeepStrictEqual(shifts, await readSchedule(tx, stylist.id))) {
        await writeSchedule(tx, stylist.id, shifts);
        tx.emit(stylist.work(shifts));
      }
      return { staffId: stylist.id, shifts };
    }, ctx);
