import { randomUUID } from "node:crypto";
import type { Handler } from "@lacio/chassis/consume";
import type { PasswordResetRequestedSchema } from "@lacio/proto/auth/v1/events";
import type { App } from "../app.ts";
import { askContact } from "../mailing/ask.ts";
import { tell } from "../mailing/tell.ts";

// Every request is news of its own; the inbox keeps a repeated event from being two.
export const onPasswordResetRequested =
  (app: App): Handler<typeof PasswordResetRequestedSchema> =>
  async ({ accountId }, once) => {
    const to = await askContact(app, accountId);
    await tell(app, once, [{ kind: "password_reset", about: randomUUID(), to }]);
  };
