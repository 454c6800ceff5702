import { notFound } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { App, Rpc } from "../app.ts";
import { Stylist } from "../domain/stylist.ts";
import { TimeOff } from "../domain/time-off.ts";

// The latest first: what is to come matters more than what is over.
export const listTimeOff =
  (app: App): Rpc["listTimeOff"] =>
  async (req) => {
    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const em = app.db.read();
    if (!(await em.findOne(Stylist, { id: req.staffId }))) throw notFound("stylist");
    const where = { staffId: req.staffId, removedAt: null, ...(after && before(after)) };
    const found = await em.find(TimeOff, where, { orderBy: [{ startAt: "desc" }, { id: "desc" }], limit });
    const { rows, nextPageToken } = paged(found, size, (timeOff) => [timeOff.startAt.toISOString(), timeOff.id]);
    return { timeOff: rows.map((timeOff) => timeOff.message()), nextPageToken };
  };

function before([start = "", id = ""]: string[]) {
  const startAt = new Date(start);
  return { $or: [{ startAt: { $lt: startAt } }, { startAt, id: { $lt: id } }] };
}
