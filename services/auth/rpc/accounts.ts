import type { MessageInitShape } from "@bufbuild/protobuf";
import { notFound } from "@lacio/chassis/errors";
import type { GetRegistrationResponseSchema } from "@lacio/proto/auth/v1/auth_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import { openAccount, refuseTaken } from "../acts/open-account.ts";
import { signIn } from "../acts/sign-in.ts";
import type { App, Rpc } from "../app.ts";
import { Account } from "../domain/account.ts";

export const register = (app: App): Rpc["register"] =>
  async function register(req, ctx) {
    await refuseTaken(app, req.email);
    const passwordHash = await app.hasher.hash(req.password);
    return app.transact(async (tx) => {
      const account = await openAccount(app, tx, { ...req, passwordHash, role: Caller_Role.CLIENT });
      return signIn(app, tx, account, ctx.requestHeader.get("user-agent"));
    });
  };

export const createAccount = (app: App): Rpc["createAccount"] =>
  async function createAccount(req, ctx) {
    await refuseTaken(app, req.email);
    const passwordHash = req.password ? await app.hasher.hash(req.password) : null;
    return app.transact(async (tx) => {
      const { id } = await openAccount(app, tx, { ...req, passwordHash });
      return { user: { id, role: req.role } };
    }, ctx);
  };

export const getRegistration = (app: App): Rpc["getRegistration"] =>
  async function getRegistration({ accountId }) {
    const account = await app.db.read().findOne(Account, { id: accountId, erasedAt: null });
    if (!account) throw notFound("account");
    return showRegistration(account);
  };

function showRegistration(account: Account): MessageInitShape<typeof GetRegistrationResponseSchema> {
  const { id: accountId, email, name, phone, locale, emailVerifiedAt } = account;
  return { accountId, role: Caller_Role[account.role], email: email!, name, phone, locale, emailVerified: emailVerifiedAt != null };
}
