import { randomUUID } from "node:crypto";
import type { Handler } from "@lacio/chassis/consume";
import type { AccountRegisteredSchema, PasswordResetRequestedSchema, RefreshTokenReusedSchema } from "@lacio/proto/auth/v1/events";
import { askContact, contextFor, pagesFor } from "../mail/ask.ts";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { mailLocale } from "../templates/format.ts";
import { templates } from "../templates/index.ts";

export const onAccountRegistered = (app: App): Handler<typeof AccountRegisteredSchema> =>
  async function onAccountRegistered({ accountId, invited }, once) {
    const to = await askContact(app, accountId);
    await tell(app, once, [{ kind: invited ? "staff_invitation" : "welcome", about: accountId, to }]);
  };

// Each of these events is a mail of its own, so its dedupe key is a new one: a redelivery is caught by the inbox.

export const onPasswordResetRequested = (app: App): Handler<typeof PasswordResetRequestedSchema> =>
  async function onPasswordResetRequested({ accountId }, once) {
    const to = await askContact(app, accountId);
    await tell(app, once, [{ kind: "password_reset", about: randomUUID(), to }]);
  };

export const onRefreshTokenReused = (app: App): Handler<typeof RefreshTokenReusedSchema> =>
  async function onRefreshTokenReused({ accountId }, once) {
    const to = await askContact(app, accountId);
    const { signIn, forgotPassword } = pagesFor(app, mailLocale(to.locale));
    const mail = templates.session_ended({ ...contextFor(app, to), signInUrl: signIn, forgotPasswordUrl: forgotPassword });
    await tell(app, once, [{ kind: "session_ended", about: randomUUID(), to, mail, onlyIfKnown: true }]);
  };
