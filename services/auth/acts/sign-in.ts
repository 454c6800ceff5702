import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import type { Account } from "../domain/account.ts";
import { newToken, RefreshToken, Session } from "../domain/session.ts";

/** Starts a session and its token family; the answer that register and login share. */
export async function signIn(app: App, tx: Tx, account: Account, userAgent: string | null) {
  const now = app.now();
  const session = Session.start(account.id, userAgent ?? "", app.config.sessionDays, now);
  const refreshToken = newToken();
  tx.add(session);
  await tx.em.flush();
  tx.add(RefreshToken.keep(refreshToken, session.id, now));
  return tokens(app, account, session, refreshToken);
}

/** The access token does not outlive its session: one that has expired has no end of which others would hear. */
export async function tokens(app: App, account: Account, session: Session, refreshToken: string) {
  const expiresIn = Math.min(app.config.accessTokenMinutes * 60, session.secondsLeft(app.now()));
  return {
    accessToken: await app.keyring.signAccessToken(account.id, account.role, session.id, expiresIn),
    refreshToken,
    expiresIn,
    user: { id: account.id, role: Caller_Role[account.role] },
  };
}
