import type { Handler } from "@lacio/chassis/consume";
import type { AccountRegisteredSchema } from "@lacio/proto/auth/v1/events";
import type { App } from "../app.ts";
import { keepProfile } from "../acts/open-profile.ts";
import { Profile } from "../domain/profile.ts";

export const onAccountRegistered =
  (app: App): Handler<typeof AccountRegisteredSchema> =>
  async ({ accountId }, once) => {
    // Known by a call that came first, or erased by now: then auth has forgotten what was typed.
    if (await app.db.read().findOne(Profile, { id: accountId })) return void (await once(async () => {}));
    const registration = await app.auth.getRegistration({ accountId });
    await once((tx) => keepProfile(tx, registration, app.now()));
  };
