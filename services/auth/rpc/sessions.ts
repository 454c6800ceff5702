import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { paged, pageOf } from "@lacio/chassis/paging";
import type { SessionSchema } from "@lacio/proto/auth/v1/auth_service";
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
      const session = await tx.lock(Session, { id: sessionId, accountId: person(ctx).id });
      session.revoke(app.now());
      return {};
    });
  };

export const logout = (app: App): Rpc["logout"] =>
  function logout({ refreshToken }) {
    return app.transact(async (tx) => {
      const token = await tx.find(RefreshToken, { hash: hashOf(refreshToken) });
      if (token) (await tx.lock(Session, { id: token.sessionId })).revoke(app.now());
      return {};
    });
  };

const showSession = (session: Session, current: string): MessageInitShape<typeof SessionSchema> => ({
  sessionId: session.id,
  startedAt: timestampFromDate(session.startedAt),
  lastUsedAt: timestampFromDate(session.lastUsedAt),
  userAgent: session.userAgent,
  current: session.id === current,
});
