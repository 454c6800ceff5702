import type { Handler } from "@lacio/chassis/consume";
import type { AccountRegisteredSchema, EmailVerifiedSchema } from "@lacio/proto/auth/v1/events";
import { keepProfile, openProfile } from "../acts/open-profile.ts";
import type { App } from "../app.ts";
import { Profile } from "../domain/profile.ts";

export const onAccountRegistered = (app: App): Handler<typeof AccountRegisteredSchema> =>
  async function onAccountRegistered({ accountId }, once) {
    // Known by a call that came first, or erased by now: then auth has forgotten what was typed.
    if (await app.db.read().findOne(Profile, { id: accountId })) return void (await once(async () => {}));
    const registration = await app.auth.getRegistration({ accountId });
    await once((tx) => keepProfile(tx, registration, app.now()));
  };

export const onEmailVerified = (app: App): Handler<typeof EmailVerifiedSchema> =>
  async function onEmailVerified({ accountId }, once) {
    await openProfile(app, accountId); // whoever opens it at this moment may have asked auth before
    await once(async (tx) => (await tx.lock(Profile, { id: accountId })).verifyEmail());
  };
