import { person } from "@lacio/chassis/access";
import type { Tx } from "@lacio/chassis/db";
import { Refusal } from "@lacio/chassis/errors";
import { endAllSessions } from "../acts/end-sessions.ts";
import type { App, Rpc } from "../app.ts";
import { Account } from "../domain/account.ts";

export const disableAccount = (app: App): Rpc["disableAccount"] =>
  function disableAccount({ accountId }, ctx) {
    const { id: by } = person(ctx);
    if (accountId === by) throw new Refusal("own_account", "Your own account can be disabled by another ADMIN only.");
    return app.transact(async (tx) => {
      const account = await lockForAdmin(tx, accountId, by);
      tx.emit(...account.disable(by, app.now()));
      await endAllSessions(tx, account, "DISABLED", app.now(), { by });
      return {};
    });
  };

export const enableAccount = (app: App): Rpc["enableAccount"] =>
  function enableAccount({ accountId }, ctx) {
    const { id: by } = person(ctx);
    return app.transact(async (tx) => {
      const account = await lockForAdmin(tx, accountId, by);
      tx.emit(...account.enable(by));
      return { maySignIn: !account.isDisabled() };
    });
  };

export const endSessions = (app: App): Rpc["endSessions"] =>
  function endSessions({ accountId }, ctx) {
    const { id: by } = person(ctx);
    return app.transact(async (tx) => {
      await endAllSessions(tx, await lockForAdmin(tx, accountId, by), "ENDED_BY_ADMIN", app.now(), { by });
      return {};
    });
  };

// Both accounts, in one order: of two ADMINs who disable each other at once, one comes too late. @throws Refusal `account_disabled`
async function lockForAdmin(tx: Tx, accountId: string, by: string): Promise<Account> {
  const accounts = new Map<string, Account>();
  for (const id of [accountId, by].sort()) accounts.set(id, await tx.lock(Account, { id, erasedAt: null }));
  accounts.get(by)!.refuseDisabled();
  return accounts.get(accountId)!;
}
