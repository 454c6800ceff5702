import type { App, Rpc } from "../app.ts";
import { hashOf, RefreshToken, Session } from "../domain/session.ts";

export const logout =
  (app: App): Rpc["logout"] =>
  ({ refreshToken }) =>
    app.transact(async (tx) => {
      const token = await tx.find(RefreshToken, { hash: hashOf(refreshToken) });
      if (token) (await tx.lock(Session, { id: token.sessionId })).revoke(app.now());
      return {};
    });
