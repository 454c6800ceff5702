import type { App } from "../app.ts";
import { Account } from "../domain/account.ts";
import { linkInvalid, LinkToken } from "../domain/link-token.ts";
import { hashOf, Session } from "../domain/session.ts";
import type { Rpc } from "./index.ts";

export const resetPassword =
  (app: App): Rpc["resetPassword"] =>
  async ({ token, password }) => {
    const passwordHash = await app.hasher.hash(password);
    const email = await app.transact(async (tx) => {
      const now = app.now();
      const link = await tx.find(LinkToken, { hash: hashOf(token), purpose: "RESET_PASSWORD" });
      if (!link) throw linkInvalid();
      const account = await tx.lock(Account, { id: link.accountId });
      await tx.em.refresh(link);
      link.use(now);
      account.setPassword(passwordHash, now);
      for (const session of await tx.em.find(Session, { accountId: account.id, revokedAt: null })) session.revoke(now);
      return account.email!; // an erased account has no link that works
    });
    await app.attempts.forgetLogins(email);
    return {};
  };
