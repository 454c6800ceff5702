import { person } from "@lacio/chassis/access";
import type { App, Rpc } from "../app.ts";
import { openProfile } from "../acts/open-profile.ts";

export const getMe =
  (app: App): Rpc["getMe"] =>
  async (_req, ctx) => {
    const profile = await openProfile(app, person(ctx).id);
    profile.refuseErased();
    return { profile: profile.message() };
  };
