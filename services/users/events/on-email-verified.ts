import type { Handler } from "@lacio/chassis/consume";
import type { EmailVerifiedSchema } from "@lacio/proto/auth/v1/events";
import type { App } from "../app.ts";
import { openProfile } from "../acts/open-profile.ts";

export const onEmailVerified =
  (app: App): Handler<typeof EmailVerifiedSchema> =>
  async ({ accountId }, once) => {
    await openProfile(app, accountId); // whoever opens it at this moment may have asked auth before
    await once((tx) => tx.sql("update profile set email_verified = true where id = $1 and erased_at is null", [accountId]));
  };
