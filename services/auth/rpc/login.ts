import { Code } from "@connectrpc/connect";
import { Refusal } from "@lacio/chassis/errors";
import type { App } from "../app.ts";
import { Account, normalEmail } from "../domain/account.ts";
import { signIn } from "../signin/sign-in.ts";
import type { Rpc } from "./index.ts";

export const login =
  (app: App): Rpc["login"] =>
  async (req, ctx) => {
    const email = normalEmail(req.email);
    await app.attempts.login(email);
    const account = await app.db.read().findOne(Account, { email });
    // The hash is computed for unknown addresses too: neither words nor time tell who has an account.
    if (!(await app.hasher.verify(req.password, account?.passwordHash)) || !account) {
      throw new Refusal("bad_credentials", "E-mail address or password is wrong.", Code.Unauthenticated);
    }
    await app.attempts.forgetLogins(email);
    return app.transact((tx) => signIn(app, tx, account, ctx.requestHeader.get("user-agent")));
  };
