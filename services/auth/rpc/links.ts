import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { notFound } from "@lacio/chassis/errors";
import { IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import PQueue from "p-queue";
import { endAllSessions } from "../acts/end-sessions.ts";
import { endLinks, openLink } from "../acts/links.ts";
import type { App, Rpc } from "../app.ts";
import { Account, normalEmail } from "../domain/account.ts";
import { linkInvalid, LinkToken, type LinkPurpose } from "../domain/link-token.ts";
import { hashOf, newToken } from "../domain/session.ts";

export const issueLinkToken = (app: App): Rpc["issueLinkToken"] =>
  function issueLinkToken({ accountId, purpose }) {
    return app.transact(async (tx) => {
      const account = await tx.lock(Account, { id: accountId, erasedAt: null });
      account.refuseDisabled();
      const email = purpose === Purpose.CHANGE_EMAIL ? account.newEmail : account.email;
      if (email == null) throw notFound("change of the e-mail address");
      const token = newToken();
      const link = LinkToken.issue(token, accountId, Purpose[purpose] as LinkPurpose, app.now());
      tx.add(link);
      return { token, expiresAt: timestampFromDate(link.expiresAt), email };
    });
  };

export const verifyEmail = (app: App): Rpc["verifyEmail"] =>
  function verifyEmail({ token }) {
    return app.transact(async (tx) => {
      const now = app.now();
      const { link, account } = await openLink(tx, token, "VERIFY_EMAIL");
      if (account.emailVerifiedAt != null) return {}; // idempotent: a repeated click succeeds
      link.use(now);
      tx.emit(...account.verifyEmail(now));
      await endLinks(tx, account, ["VERIFY_EMAIL"], now);
      return {};
    });
  };

export const requestPasswordReset = (app: App): Rpc["requestPasswordReset"] =>
  async function requestPasswordReset(req) {
    const email = normalEmail(req.email);
    if (!(await app.attempts.mayMailReset(email))) return {};
    return app.transact(async (tx) => {
      const account = await tx.find(Account, { email });
      if (account) tx.emit(...account.requestPasswordReset());
      return {};
    });
  };

export const resetPassword = (app: App): Rpc["resetPassword"] => {
  // Bulkhead, two lookups at a time: a flood of invalid tokens must not use up the database connections that signing in needs.
  const lookups = new PQueue({ concurrency: 2 });
  return async function resetPassword({ token, password }) {
    // Hashing is expensive: check the token first, so that an invalid one cannot be used for denial of service.
    if (!(await lookups.add(() => isUsable(app, token)))) throw linkInvalid();
    const passwordHash = await app.hasher.hash(password);
    const email = await app.transact(async (tx) => {
      const now = app.now();
      const { link, account } = await openLink(tx, token, "RESET_PASSWORD");
      link.use(now);
      tx.emit(...account.setPassword(passwordHash, now));
      await endLinks(tx, account, ["RESET_PASSWORD", "VERIFY_EMAIL", "CHANGE_EMAIL"], now);
      await endAllSessions(tx, account, "PASSWORD_RESET", now);
      return account.email!; // not null: erasing an account invalidates its links
    });
    await app.attempts.forgetLogins(email);
    return {};
  };
};

async function isUsable(app: App, token: string): Promise<boolean> {
  const text = "select 1 from link_token where hash = $1 and purpose = 'RESET_PASSWORD' and used_at is null and expires_at > $2";
  return (await app.db.sql(text, [hashOf(token), app.now()], "link that works")).length > 0;
}
