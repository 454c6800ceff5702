import { notFound } from "@lacio/chassis/errors";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { App, Rpc } from "../app.ts";
import { Account } from "../domain/account.ts";

export const getRegistration =
  (app: App): Rpc["getRegistration"] =>
  async ({ accountId }) => {
    const account = await app.db.read().findOne(Account, { id: accountId, erasedAt: null });
    if (!account) throw notFound("account");
    const { email, name, phone, locale, emailVerifiedAt } = account;
    return { accountId, role: Caller_Role[account.role], email: email!, name, phone, locale, emailVerified: emailVerifiedAt != null };
  };
