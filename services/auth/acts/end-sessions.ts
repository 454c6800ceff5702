import type { Tx } from "@lacio/chassis/db";
import { LockMode } from "@mikro-orm/core";
import type { Account } from "../domain/account.ts";
import { Session, type EndCause } from "../domain/session.ts";

/**
 * Ends all sessions of an account, or all but one, and says so of each. The account is locked, so that none begins meanwhile; so are the
 * sessions, as signing out and refreshing lock them alone. `by`: the ADMIN who did it.
 */
export async function endAllSessions(
  tx: Tx,
  { id: accountId }: Account,
  cause: EndCause,
  now: Date,
  { by = "", butFor }: { by?: string; butFor?: string } = {},
): Promise<void> {
  const open = { accountId, revokedAt: null, expiresAt: { $gt: now }, ...(butFor && { id: { $ne: butFor } }) };
  const options = { orderBy: { id: "asc" }, lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
  for (const session of await tx.em.find(Session, open, options)) tx.emit(...session.end(cause, now, by));
}
