import { randomUUID } from "node:crypto";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Handler } from "@lacio/chassis/consume";
import type {
  AccountRegisteredSchema,
  PasswordChangedSchema,
  PasswordResetRequestedSchema,
  RefreshTokenReusedSchema,
} from "@lacio/proto/auth/v1/events";
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

// By a mailed link the mailbox is proven, though users may not know it yet.
export const onPasswordChanged = (app: App): Handler<typeof PasswordChangedSchema> =>
  async function onPasswordChanged({ accountId, changedAt, byLink }, once) {
    const to = await askContact(app, accountId);
    const { forgotPassword: forgotPasswordUrl } = pagesFor(app, mailLocale(to.locale));
    const said = { ...contextFor(app, to), changedAt: timestampDate(changedAt!), byLink, forgotPasswordUrl };
    const mail = templates.password_changed(said);
    await tell(app, once, [{ kind: "password_changed", about: randomUUID(), to, mail, onlyIfKnown: !byLink }]);
  };

export const onRefreshTokenReused = (app: App): Handler<typeof RefreshTokenReusedSchema> =>
  async function onRefreshTokenReused({ accountId }, once) {
    const to = await askContact(app, accountId);
    const { signIn, forgotPassword } = pagesFor(app, mailLocale(to.locale));
    const mail = templates.session_ended({ ...contextFor(app, to), signInUrl: signIn, forgotPasswordUrl: forgotPassword });
    await tell(app, once, [{ kind: "session_ended", about: randomUUID(), to, mail, onlyIfKnown: true }]);
  };
