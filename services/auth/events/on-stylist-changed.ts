import type { Handler } from "@lacio/chassis/consume";
import type { StylistChangedSchema } from "@lacio/proto/staff/v1/events";
import { endAllSessions } from "../acts/end-sessions.ts";
import type { App } from "../app.ts";
import { Account } from "../domain/account.ts";

// A stylist's id is her account's: who is not active any more can't sign in, until she is again.
export const onStylistChanged = (app: App): Handler<typeof StylistChangedSchema> =>
  async function onStylistChanged({ staffId, active, revision }, once) {
    await once(async (tx) => {
      if (!(await tx.find(Account, { id: staffId, role: "STYLIST", erasedAt: null }))) return;
      const account = await tx.lock(Account, { id: staffId });
      tx.emit(...account.followStylist(active, revision, app.now()));
      if (account.dismissedAt != null) await endAllSessions(tx, account, "DISMISSED", app.now());
    });
  };
