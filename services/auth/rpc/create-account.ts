import type { App, Rpc } from "../app.ts";
import { openAccount, refuseTaken } from "../acts/open-account.ts";

export const createAccount =
  (app: App): Rpc["createAccount"] =>
  async (req, ctx) => {
    await refuseTaken(app, req.email);
    const passwordHash = req.password ? await app.hasher.hash(req.password) : null;
    return app.transact(async (tx) => {
      const { id } = await openAccount(app, tx, { ...req, passwordHash });
      return { user: { id, role: req.role } };
    }, ctx);
  };
