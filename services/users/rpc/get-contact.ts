import type { App, Rpc } from "../app.ts";
import { openProfile } from "../acts/open-profile.ts";

// Of an erased person there is a profile without contact, so that a late event finds out instead of failing.
export const getContact =
  (app: App): Rpc["getContact"] =>
  async ({ accountId }) => ({ profile: (await openProfile(app, accountId)).message() });
