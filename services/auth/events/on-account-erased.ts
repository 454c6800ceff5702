import type { Handler } from "@lacio/chassis/consume";
import type { AccountErasedSchema } from "@lacio/proto/users/v1/events";
import type { App } from "../app.ts";
import { endAllSessions } from "../acts/end-sessions.ts";
import { Account } from "../domain/account.ts";

// Serialised by the account's row lock, which login, links and resets take too: whichever comes later finds the account erased.
export const onAccountErased = (app: App): Handler<typeof AccountErasedSchema> =>
  async function onAccountErased({ accountId }, once) {
    await once(async (tx) => {
      const account = await tx.lock(Account, { id: accountId });
      account.erase(app.now());
      await endAllSessions(tx, account, "ERASED", app.now());
      await tx.sql("update session set user_agent = '' where account_id = $1", [accountId]);
      await tx.sql("update link_token set used_at = coalesce(used_at, $2) where account_id = $1", [accountId, app.now()]);
    });
  };
