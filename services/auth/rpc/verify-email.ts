import type { App, Rpc } from "../app.ts";
import { endLinks, openLink } from "../acts/links.ts";

export const verifyEmail =
  (app: App): Rpc["verifyEmail"] =>
  ({ token }) =>
    app.transact(async (tx) => {
      const now = app.now();
      const { link, account } = await openLink(tx, token, "VERIFY_EMAIL");
      if (account.emailVerifiedAt != null) return {}; // the second click is as good as the first
      link.use(now);
      tx.emit(...account.verifyEmail(now));
      await endLinks(tx, account, ["VERIFY_EMAIL"], now);
      return {};
    });
