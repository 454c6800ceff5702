import type { App } from "../app.ts";
import { Account } from "../domain/account.ts";
import { linkInvalid, LinkToken } from "../domain/link-token.ts";
import { hashOf } from "../domain/session.ts";
import type { Rpc } from "./index.ts";

export const verifyEmail =
  (app: App): Rpc["verifyEmail"] =>
  ({ token }) =>
    app.transact(async (tx) => {
      const link = await tx.find(LinkToken, { hash: hashOf(token), purpose: "VERIFY_EMAIL" });
      if (!link) throw linkInvalid();
      const account = await tx.lock(Account, { id: link.accountId });
      await tx.em.refresh(link);
      if (account.emailVerifiedAt != null) return {}; // the second click is as good as the first
      link.use(app.now());
      account.verifyEmail(app.now());
      return {};
    });
