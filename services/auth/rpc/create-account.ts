import type { App } from "../app.ts";
import { Account } from "../domain/account.ts";
import type { Rpc } from "./index.ts";

export const createAccount =
  (app: App): Rpc["createAccount"] =>
  async (req, ctx) => {
    const passwordHash = req.password ? await app.hasher.hash(req.password) : null;
    return app.transact(async (tx) => {
      const [account, registered] = Account.register({ ...req, passwordHash }, app.now());
      tx.add(account);
      await tx.em.flush();
      tx.emit(registered);
      return { user: { id: account.id, role: req.role } };
    }, ctx);
  };
