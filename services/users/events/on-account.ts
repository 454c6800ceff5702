import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Handler } from "@lacio/chassis/consume";
import type { AccountRegisteredSchema, EmailChangedSchema, EmailVerifiedSchema } from "@lacio/proto/auth/v1/events";
import { keepProfile, openProfile } from "../acts/open-profile.ts";
import type { App } from "../app.ts";
import { Profile } from "../domain/profile.ts";

export const onAccountRegistered = (app: App): Handler<typeof AccountRegisteredSchema> =>
  async function onAccountRegistered({ accountId }, once) {
    // Opened on read already, or a tombstone: then auth's registration is erased, and fetching it would fail.
    if (await app.db.read().findOne(Profile, { id: accountId })) return void (await once(async () => {}));
    const registration = await app.auth.getRegistration({ accountId });
    await once((tx) => keepProfile(tx, registration, app.now()));
  };

export const onEmailVerified = (app: App): Handler<typeof EmailVerifiedSchema> =>
  async function onEmailVerified({ accountId }, once) {
    await openProfile(app, accountId); // a concurrent open may hold a registration read before the verification
    await once(async (tx) => (await tx.lock(Profile, { id: accountId })).verifyEmail());
  };

export const onEmailChanged = (app: App): Handler<typeof EmailChangedSchema> =>
  async function onEmailChanged({ accountId, changedAt }, once) {
    const { erasedAt } = await openProfile(app, accountId);
    if (erasedAt != null) return void (await once(async () => {}));
    const { email } = await app.auth.getRegistration({ accountId }); // today's: a late or repeated event brings no older one back
    await once(async (tx) => (await tx.lock(Profile, { id: accountId })).changeEmail(email, timestampDate(changedAt!)));
  };
