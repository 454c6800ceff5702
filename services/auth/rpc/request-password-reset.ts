import type { App, Rpc } from "../app.ts";
import { Account, normalEmail } from "../domain/account.ts";

export const requestPasswordReset =
  (app: App): Rpc["requestPasswordReset"] =>
  async (req) => {
    const email = normalEmail(req.email);
    if (!(await app.attempts.mayMailReset(email))) return {};
    return app.transact(async (tx) => {
      const account = await tx.find(Account, { email });
      if (account) tx.emit(account.requestPasswordReset());
      return {};
    });
  };
