import type { Handler } from "@lacio/chassis/consume";
import type { AccountRegisteredSchema } from "@lacio/proto/auth/v1/events";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { App } from "../app.ts";
import { ensureStylist } from "../acts/ensure-stylist.ts";

// Completes a CreateStylist that crashed after opening the account; idempotent, as revision 0 means that no fact was emitted yet.
export const onAccountRegistered = (app: App): Handler<typeof AccountRegisteredSchema> =>
  async function onAccountRegistered({ accountId, role }, once) {
    if (role !== Caller_Role.STYLIST) return;
    const { name } = await app.auth.getRegistration({ accountId });
    await once(async (tx) => {
      const stylist = await ensureStylist(tx, accountId, name, app.now());
      if (stylist.revision === 0n) tx.emit(...stylist.change({}));
    });
  };
