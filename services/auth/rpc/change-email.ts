import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import type { Tx } from "@lacio/chassis/db";
import { notFound } from "@lacio/chassis/errors";
import { endLinks, openLink } from "../acts/links.ts";
import { refuseTaken } from "../acts/open-account.ts";
import { lockProven, provePassword } from "../acts/prove-password.ts";
import type { App, Rpc } from "../app.ts";
import { Account, emailTaken, normalEmail } from "../domain/account.ts";
import { linkInvalid } from "../domain/link-token.ts";

export const changeEmail = (app: App): Rpc["changeEmail"] =>
  async function changeEmail({ password, email }, ctx) {
    const proven = await provePassword(app, person(ctx).id, password, "password");
    proven.refuseSameEmail(email);
    await app.attempts.mailNewAddress(proven.id, normalEmail(email));
    await refuseTaken(app, email);
    return app.transact(async (tx) => {
      const now = app.now();
      const account = await lockProven(tx, proven, "password");
      tx.emit(account.askForEmail(email, now));
      await endLinks(tx, account, ["CHANGE_EMAIL"], now);
      return {};
    });
  };

export const getEmailChange = (app: App): Rpc["getEmailChange"] =>
  async function getEmailChange({ accountId }) {
    const account = await app.db.read().findOne(Account, { id: accountId, newEmail: { $ne: null } });
    if (!account) throw notFound("change of the e-mail address");
    return { email: account.newEmail!, askedAt: timestampFromDate(account.newEmailAskedAt!) };
  };

export const confirmEmailChange = (app: App): Rpc["confirmEmailChange"] =>
  async function confirmEmailChange({ token }) {
    // Returned, not thrown, out of the transaction: a refusal in it would roll back that the link is spent.
    if ((await app.transact((tx) => confirm(app, tx, token))) === "taken") throw emailTaken();
    return {};
  };

async function confirm(app: App, tx: Tx, token: string) {
  const now = app.now();
  const { link, account } = await openLink(tx, token, "CHANGE_EMAIL");
  link.use(now);
  if (account.newEmail == null) throw linkInvalid(); // forgotten
  if (await tx.find(Account, { email: account.newEmail })) return "taken"; // the unique index decides a race
  tx.emit(...account.changeEmail(now));
  // All that was mailed to the old address is void.
  await endLinks(tx, account, ["CHANGE_EMAIL", "RESET_PASSWORD", "VERIFY_EMAIL"], now);
  return "changed";
}
