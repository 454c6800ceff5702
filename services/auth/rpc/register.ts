import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { App, Rpc } from "../app.ts";
import { openAccount, refuseTaken } from "../acts/open-account.ts";
import { signIn } from "../acts/sign-in.ts";

export const register =
  (app: App): Rpc["register"] =>
  async (req, ctx) => {
    await refuseTaken(app, req.email);
    const passwordHash = await app.hasher.hash(req.password);
    return app.transact(async (tx) => {
      const account = await openAccount(app, tx, { ...req, passwordHash, role: Caller_Role.CLIENT });
      return signIn(app, tx, account, ctx.requestHeader.get("user-agent"));
    });
  };
