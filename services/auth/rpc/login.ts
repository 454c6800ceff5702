import { Code } from "@connectrpc/connect";
import { Refusal } from "@lacio/chassis/errors";
import { signIn } from "../acts/sign-in.ts";
import type { App, Rpc } from "../app.ts";
import { Account, normalEmail } from "../domain/account.ts";

export const login = (app: App): Rpc["login"] =>
  async function login(req, ctx) {
    const email = normalEmail(req.email);
    await app.attempts.login(email);
    const account = await app.db.read().findOne(Account, { email });
    // Hashed for unknown addresses too: neither the message nor the response time reveals which accounts exist (timing attack).
    if (!(await app.hasher.verify(req.password, account?.passwordHash)) || !account) {
      throw badCredentials();
    }
    await app.attempts.forgetLogins(email);
    return app.transact(async (tx) => {
      // Checked again under the lock: a reset meanwhile has revoked all sessions, and the old password must not start a new one.
      const current = await tx.lock(Account, { id: account.id });
      if (current.passwordHash !== account.passwordHash) throw badCredentials();
      current.refuseDisabled();
      return signIn(app, tx, current, ctx.requestHeader.get("user-agent"));
    });
  };

const badCredentials = () => new Refusal("bad_credentials", "E-mail address or password is wrong.", Code.Unauthenticated);
