import { person } from "@lacio/chassis/access";
import type { App, Rpc } from "../app.ts";
import { Profile } from "../domain/profile.ts";
import { openProfile } from "../acts/open-profile.ts";

export const updateMe =
  (app: App): Rpc["updateMe"] =>
  async (wishes, ctx) => {
    const { id } = await openProfile(app, person(ctx).id);
    return app.transact(async (tx) => {
      const profile = await tx.lock(Profile, { id });
      profile.change(wishes, app.now());
      return { profile: profile.message() };
    }, ctx);
  };
