import type { Handler } from "@lacio/chassis/consume";
import type { AccountRegisteredSchema } from "@lacio/proto/auth/v1/events";
import type { App } from "../app.ts";
import { keepProfile } from "../domain/profile.ts";

export const onAccountRegistered =
  (app: App): Handler<typeof AccountRegisteredSchema> =>
  async ({ accountId }, once) => {
    const registration = await app.auth.getRegistration({ accountId });
    await once((tx) => keepProfile(tx, registration, app.now()));
  };
