import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { App, Rpc } from "../app.ts";
import { Session } from "../domain/session.ts";

export const listSessions =
  (app: App): Rpc["listSessions"] =>
  async (req, ctx) => {
    const who = person(ctx);
    const { size, limit, after } = pageOf(req);
    const where = { accountId: who.id, revokedAt: null, expiresAt: { $gt: app.now() }, ...(after && { id: { $lt: after[0]! } }) };
    const found = await app.db.read().find(Session, where, { orderBy: { id: "desc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (session) => [session.id]);
    const sessions = rows.map((session) => ({
      sessionId: session.id,
      startedAt: timestampFromDate(session.startedAt),
      lastUsedAt: timestampFromDate(session.lastUsedAt),
      userAgent: session.userAgent,
      current: session.id === who.sessionId,
    }));
    return { sessions, nextPageToken };
  };
