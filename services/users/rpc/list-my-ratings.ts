import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { App, Rpc } from "../app.ts";
import { Visit } from "../domain/visit.ts";

export const listMyRatings = (app: App): Rpc["listMyRatings"] =>
  async function listMyRatings(req, ctx) {
    const { size, limit, after } = pageOf(req, ["time", "uuid"]);
    const where = { clientId: person(ctx).id, ratedAt: { $ne: null }, ...(after && before(after)) };
    const found = await app.db.read().find(Visit, where, { orderBy: [{ ratedAt: "desc" }, { bookingId: "desc" }], limit });
    const { rows, nextPageToken } = paged(found, size, ({ ratedAt, bookingId }) => [ratedAt!.toISOString(), bookingId]);
    return { ratings: rows.map(showRating), nextPageToken };
  };

const showRating = ({ bookingId, staffId, stars, comment, ratedAt }: Visit) => ({
  ...{ bookingId, staffId, stars: stars!, comment: comment ?? "" },
  ratedAt: timestampFromDate(ratedAt!),
});

function before([time = "", bookingId = ""]: string[]) {
  const ratedAt = new Date(time);
  return { $or: [{ ratedAt: { $lt: ratedAt } }, { ratedAt, bookingId: { $lt: bookingId } }] };
}
