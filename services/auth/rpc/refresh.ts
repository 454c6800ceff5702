import { Code } from "@connectrpc/connect";
import { sessionOver } from "@lacio/chassis/access";
import type { Tx } from "@lacio/chassis/db";
import { Refusal, unavailable } from "@lacio/chassis/errors";
import { fact } from "@lacio/chassis/fact";
import { RefreshTokenReusedSchema } from "@lacio/proto/auth/v1/events";
import { tokens } from "../acts/sign-in.ts";
import type { App, Rpc } from "../app.ts";
import { Account } from "../domain/account.ts";
import { hashOf, RefreshToken, Session, successorOf } from "../domain/session.ts";

export const refresh = (app: App): Rpc["refresh"] =>
  async function refresh({ refreshToken }) {
    const rotated = await app.transact((tx) => rotate(app, tx, refreshToken));
    if (rotated === "invalid") throw sessionOver();
    // Returned, not thrown, out of the transaction: a refusal in it would roll back the revocation of the token family.
    if (rotated === "reused")
      throw new Refusal("token_reused", "This token was used before; all its sessions have ended.", Code.Unauthenticated);
    return tokens(app, rotated.account, rotated.session, rotated.successor);
  };

async function rotate(app: App, tx: Tx, token: string) {
  const now = app.now();
  const sessionId = (await tx.find(RefreshToken, { hash: hashOf(token) }))?.sessionId;
  if (!sessionId) return "invalid";
  // Concurrent refreshes queue on the session's row lock: the first rotates, the rest find the token used and get the same successor.
  const session = await tx.lock(Session, { id: sessionId });
  const used = await tx.lock(RefreshToken, { hash: hashOf(token) });
  if (session.isOver(now)) return "invalid";
  const account = await tx.em.findOneOrFail(Account, { id: session.accountId });
  if (account.isClosed()) {
    // Begun by a replica of an older version, which doesn't know why nobody may sign in.
    tx.emit(...session.end("DISABLED", now));
    return "invalid";
  }
  if (used.isReuse(app.config.refreshGraceSeconds, now)) {
    tx.emit(...session.end("TOKEN_REUSED", now));
    tx.emit(fact(RefreshTokenReusedSchema, session.accountId, { accountId: session.accountId }));
    return "reused";
  }
  const successors = app.successorKeys.map((key) => successorOf(token, key));
  const successor = used.usedAt == null ? successors[0]! : await keptOf(tx, session, successors);
  if (used.usedAt == null) {
    used.use(now);
    session.recordUse(now);
    tx.add(RefreshToken.keep(successor, session.id, now));
  }
  return { account, session, successor };
}

// While KEY_ENCRYPTION_SECRET is changed another replica may have derived it, by the other value. Where neither value did, no second one is
// made: a family with two branches would hide a thief from the reuse detection.
async function keptOf(tx: Tx, { id: sessionId }: Session, successors: string[]): Promise<string> {
  for (const successor of successors) if (await tx.find(RefreshToken, { sessionId, hash: hashOf(successor) })) return successor;
  throw unavailable("Another replica answers this; try again shortly.");
}
