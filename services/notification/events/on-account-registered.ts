import type { Handler } from "@lacio/chassis/consume";
import type { AccountRegisteredSchema } from "@lacio/proto/auth/v1/events";
import type { App } from "../app.ts";
import { askContact } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";

export const onAccountRegistered =
  (app: App): Handler<typeof AccountRegisteredSchema> =>
  async ({ accountId, invited }, once) => {
    const to = await askContact(app, accountId);
    await tell(app, once, [{ kind: invited ? "staff_invitation" : "welcome", about: accountId, to }]);
  };
