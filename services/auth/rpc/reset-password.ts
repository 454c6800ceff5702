import PQueue from "p-queue";
import type { App, Rpc } from "../app.ts";
import { linkInvalid } from "../domain/link-token.ts";
import { hashOf, Session } from "../domain/session.ts";
import { endLinks, openLink } from "../acts/links.ts";

export const resetPassword = (app: App): Rpc["resetPassword"] => {
  // Two at a time: a crowd with links that do not work must not take the database from those who sign in.
  const looks = new PQueue({ concurrency: 2 });
  return async ({ token, password }) => {
    // Hashing is dear: whoever has no link that works must not be able to ask for it.
    if (!(await looks.add(() => works(app, token)))) throw linkInvalid();
    const passwordHash = await app.hasher.hash(password);
    const email = await app.transact(async (tx) => {
      const now = app.now();
      const { link, account } = await openLink(tx, token, "RESET_PASSWORD");
      link.use(now);
      tx.emit(...account.setPassword(passwordHash, now));
      await endLinks(tx, account, ["RESET_PASSWORD", "VERIFY_EMAIL"], now);
      for (const session of await tx.em.find(Session, { accountId: account.id, revokedAt: null })) session.revoke(now);
      return account.email!; // an erased account has no link that works
    });
    await app.attempts.forgetLogins(email);
    return {};
  };
};

async function works(app: App, token: string): Promise<boolean> {
  const text = "select 1 from link_token where hash = $1 and purpose = 'RESET_PASSWORD' and used_at is null and expires_at > $2";
  return (await app.db.sql(text, [hashOf(token), app.now()], "link that works")).length > 0;
}
