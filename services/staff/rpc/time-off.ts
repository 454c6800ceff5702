import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { notFound } from "@lacio/chassis/errors";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { TimeOffSchema } from "@lacio/proto/staff/v1/staff_service";
import type { App, Rpc } from "../app.ts";
import { Stylist } from "../domain/stylist.ts";
import { TimeOff } from "../domain/time-off.ts";

export const addTimeOff = (app: App): Rpc["addTimeOff"] =>
  function addTimeOff({ staffId, start, end, reason }, ctx) {
    return app.transact(async (tx) => {
      const stylist = await tx.lock(Stylist, { id: staffId });
      const [timeOff, taken] = TimeOff.take(stylist.id, timestampDate(start!), timestampDate(end!), reason, app.now());
      tx.add(timeOff);
      tx.emit(taken);
      return { timeOff: showTimeOff(timeOff) };
    }, ctx);
  };

// Descending: the first page holds what is to come, not the past.
export const listTimeOff = (app: App): Rpc["listTimeOff"] =>
  async function listTimeOff(req) {
    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const em = app.db.read();
    if (!(await em.findOne(Stylist, { id: req.staffId }))) throw notFound("stylist");
    const where = { staffId: req.staffId, removedAt: null, ...(after && before(after)) };
    const found = await em.find(TimeOff, where, { orderBy: [{ startAt: "desc" }, { id: "desc" }], limit });
    const { rows, nextPageToken } = paged(found, size, (timeOff) => [timeOff.startAt.toISOString(), timeOff.id]);
    return { timeOff: rows.map(showTimeOff), nextPageToken };
  };

function before([start = "", id = ""]: string[]) {
  const startAt = new Date(start);
  return { $or: [{ startAt: { $lt: startAt } }, { startAt, id: { $lt: id } }] };
}

export const removeTimeOff = (app: App): Rpc["removeTimeOff"] =>
  function removeTimeOff({ staffId, timeOffId }, ctx) {
    return app.transact(async (tx) => {
      const timeOff = await tx.lock(TimeOff, { id: timeOffId, staffId });
      tx.emit(...timeOff.remove(app.now()));
      return {};
    }, ctx);
  };

const showTimeOff = ({ id, staffId, startAt, endAt, reason }: TimeOff): MessageInitShape<typeof TimeOffSchema> => ({
  ...{ id, staffId, reason },
  start: timestampFromDate(startAt),
  end: timestampFromDate(endAt),
});
