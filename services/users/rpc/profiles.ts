import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { Document_Type, Profile_WhenStylistCancels, type ProfileSchema } from "@lacio/proto/users/v1/users_service";
import { openProfile } from "../acts/open-profile.ts";
import type { App, Rpc } from "../app.ts";
import { Profile } from "../domain/profile.ts";

export const getMe = (app: App): Rpc["getMe"] =>
  async function getMe(_req, ctx) {
    const profile = await openProfile(app, person(ctx).id);
    profile.refuseErased();
    return { profile: showProfile(profile) };
  };

export const updateMe = (app: App): Rpc["updateMe"] =>
  async function updateMe(wishes, ctx) {
    const { id } = await openProfile(app, person(ctx).id);
    return app.transact(async (tx) => {
      const profile = await tx.lock(Profile, { id });
      profile.change(wishes, app.now());
      return { profile: showProfile(profile) };
    }, ctx);
  };

// Answers the tombstone of an erased profile, too: a late event then sees `erasedAt` instead of failing until it is a dead letter.
export const getContact = (app: App): Rpc["getContact"] =>
  async function getContact({ accountId }) {
    return { profile: showProfile(await openProfile(app, accountId)) };
  };

// Of an erased profile it is the default, which `erase` left.
export const getPreferences = (app: App): Rpc["getPreferences"] =>
  async function getPreferences({ accountId }) {
    const { whenStylistCancels } = await openProfile(app, accountId);
    return { whenStylistCancels: Profile_WhenStylistCancels[whenStylistCancels] };
  };

function showProfile(profile: Profile): MessageInitShape<typeof ProfileSchema> {
  const { id, name, email, phone, locale, documentType, documentNumber, erasedAt, emailVerified } = profile;
  const { marketingMailGivenAt: givenAt, marketingMailWithdrawnAt: withdrawnAt } = profile;
  return {
    ...{ id, name, email, phone, locale, emailVerified },
    document: documentType ? { type: Document_Type[documentType], number: documentNumber! } : undefined,
    createdAt: timestampFromDate(profile.createdAt),
    marketingMail: profile.wantsMarketingMail(),
    marketingMailConsentedAt: givenAt ? timestampFromDate(givenAt) : undefined,
    marketingMailWithdrawnAt: withdrawnAt ? timestampFromDate(withdrawnAt) : undefined,
    whenStylistCancels: Profile_WhenStylistCancels[profile.whenStylistCancels],
    erasedAt: erasedAt ? timestampFromDate(erasedAt) : undefined,
  };
}
