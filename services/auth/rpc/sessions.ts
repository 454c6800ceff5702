import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { longestTokenMinutes } from "@lacio/chassis/config";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { SessionSchema } from "@lacio/proto/auth/v1/auth_service";
import { NIL } from "uuid";
import type { App, Rpc } from "../app.ts";
import { hashOf, RefreshToken, Session } from "../domain/session.ts";

export const listSessions = (app: App): Rpc["listSessions"] =>
  async function listSessions(req, ctx) {
    const who = person(ctx);
    const { size, limit, after } = pageOf(req);
    const where = { accountId: who.id, revokedAt: null, expiresAt: { $gt: app.now() }, ...(after && { id: { $lt: after[0]! } }) };
    const found = await app.db.read().find(Session, where, { orderBy: { id: "desc" }, limit });
    const { rows, nextPageToken } = paged(found, size, (session) => [session.id]);
    return { sessions: rows.map((session) => showSession(session, who.sessionId)), nextPageToken };
  };

export const revokeSession = (app: App): Rpc["revokeSession"] =>
  function revokeSession({ sessionId }, ctx) {
    return app.transact(async (tx) => {
      const who = person(ctx);
      const session = await tx.lock(Session, { id: sessionId, accountId: who.id });
      tx.emit(...session.end(sessionId === who.sessionId ? "SIGNED_OUT" : "REVOKED", app.now()));
      return {};
    });
  };

export const logout = (app: App): Rpc["logout"] =>
  function logout({ refreshToken }) {
    return app.transact(async (tx) => {
      const token = await tx.find(RefreshToken, { hash: hashOf(refreshToken) });
      if (token) tx.emit(...(await tx.lock(Session, { id: token.sessionId })).end("SIGNED_OUT", app.now()));
      return {};
    });
  };

// What ends while pages are read may be on none of them: who asks asks again, for a time that overlaps.
export const listEndedSessions = (app: App): Rpc["listEndedSessions"] =>
  async function listEndedSessions(req) {
    const { size, limit, after } = pageOf(req);
    const since = Math.max(
      app.now().getTime() - longestTokenMinutes * 60_000,
      req.endedAfter ? timestampDate(req.endedAfter).getTime() : 0,
    );
    const found = await app.db.sql<{ id: string; revoked_at: Date }>(
      "select id, revoked_at from session where revoked_at > $1 and id > $2 order by id limit $3",
      [new Date(since), after?.[0] ?? NIL, limit],
      "ended sessions",
    );
    const { rows, nextPageToken } = paged(found, size, ({ id }) => [id]);
    return { sessions: rows.map(({ id, revoked_at }) => ({ sessionId: id, endedAt: timestampFromDate(revoked_at) })), nextPageToken };
  };

const showSession = (session: Session, current: string): MessageInitShape<typeof SessionSchema> => ({
  sessionId: session.id,
  startedAt: timestampFromDate(session.startedAt),
  lastUsedAt: timestampFromDate(session.lastUsedAt),
  userAgent: session.userAgent,
  current: session.id === current,
});
