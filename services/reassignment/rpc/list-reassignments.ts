import { caller, isAdmin } from "@lacio/chassis/access";
import { paged, pageOf } from "@lacio/chassis/paging";
import { Reassignment_State } from "@lacio/proto/reassignment/v1/reassignment_service";
import type { App, Rpc } from "../app.ts";
import { Reassignment } from "../domain/reassignment.ts";
import { showReassignment, showWithoutClient } from "./show-reassignment.ts";

// Whose a STYLIST may list is checked by the contract's `self`.
export const listReassignments = (app: App): Rpc["listReassignments"] =>
  async function listReassignments(req, ctx) {
    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const where = {
      ...(req.staffId && { staffId: req.staffId }),
      ...(req.state && { state: Reassignment_State[req.state] as Reassignment["state"] }),
      ...(after && before(after)),
    };
    const found = await app.db.read().find(Reassignment, where, { orderBy: [{ openedAt: "desc" }, { id: "desc" }], limit });
    const { rows, nextPageToken } = paged(found, size, ({ openedAt, id }) => [openedAt.toISOString(), id]);
    return { reassignments: rows.map(isAdmin(caller(ctx)) ? showReassignment : showToStylist), nextPageToken };
  };

// Where the client went is not the lost stylist's concern.
const showToStylist = (reassignment: Reassignment) => ({ ...showWithoutClient(reassignment), visit: undefined });

function before([time = "", id = ""]: string[]) {
  const openedAt = new Date(time);
  return { $or: [{ openedAt: { $lt: openedAt } }, { openedAt, id: { $lt: id } }] };
}
