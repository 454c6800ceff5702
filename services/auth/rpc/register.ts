import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { App } from "../app.ts";
import { Account } from "../domain/account.ts";
import { signIn } from "../signin/sign-in.ts";
import type { Rpc } from "./index.ts";

export const register =
  (app: App): Rpc["register"] =>
  async (req, ctx) => {
    const passwordHash = await app.hasher.hash(req.password);
    return app.transact(async (tx) => {
      const [account, registered] = Account.register({ ...req, passwordHash, role: Caller_Role.CLIENT }, app.now());
      tx.add(account);
      await tx.em.flush();
      tx.emit(registered);
      return signIn(app, tx, account, ctx.requestHeader.get("user-agent"));
    });
  };
