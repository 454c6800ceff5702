import { caller, isAdmin, person } from "@lacio/chassis/access";
import { paged, pageOf } from "@lacio/chassis/paging";
import { Reassignment_State } from "@lacio/proto/reassignment/v1/reassignment_service";
import type { App, Rpc } from "../app.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { showReassignment, showWithoutClient } from "./show-reassignment.ts";

// Whose a STYLIST may list is checked by the contract's `self`.
export const listReassignments = (app: App): Rpc["listReassignments"] =>
  async function listReassignments(req, ctx) {
    const where = {
      ...(req.staffId && { staffId: req.staffId }),
      ...(req.state && { state: Reassignment_State[req.state] as Reassignment["state"] }),
    };
    return page(app, where, req, isAdmin(caller(ctx)) ? showReassignment : showToStylist);
  };

// Where the client went is not the lost stylist's concern.
const showToStylist = (reassignment: Reassignment) => ({ ...showWithoutClient(reassignment), visit: undefined });

export const listMyReassignments = (app: App): Rpc["listMyReassignments"] =>
  function listMyReassignments(req, ctx) {
    return page(app, { clientId: person(ctx).id }, req, showReassignment);
  };

type Wanted = { staffId?: string; clientId?: string; state?: Reassignment["state"] };

async function page(app: App, wanted: Wanted, req: { pageSize: number; pageToken: string }, show: typeof showReassignment) {
  const { size, limit, after } = pageOf(req, ["time", "uuid"]);
  const where = { ...wanted, ...(after && before(after)) };
  const found = await app.db.read().find(Reassignment, where, { orderBy: [{ openedAt: "desc" }, { id: "desc" }], limit });
  const { rows, nextPageToken } = paged(found, size, ({ openedAt, id }) => [openedAt.toISOString(), id]);
  return { reassignments: rows.map(show), nextPageToken };
}

function before([time = "", id = ""]: string[]) {
  const openedAt = new Date(time);
  return { $or: [{ openedAt: { $lt: openedAt } }, { openedAt, id: { $lt: id } }] };
}
