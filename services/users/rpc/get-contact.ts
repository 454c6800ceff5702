import type { App } from "../app.ts";
import type { Rpc } from "./index.ts";
import { openProfile } from "./open-profile.ts";

export const getContact =
  (app: App): Rpc["getContact"] =>
  async ({ accountId }) => ({ profile: (await openProfile(app, accountId)).message() });
