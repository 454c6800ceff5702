import { randomUUID } from "node:crypto";
import type { Handler } from "@lacio/chassis/consume";
import type { RefreshTokenReusedSchema } from "@lacio/proto/auth/v1/events";
import type { App } from "../app.ts";
import { askContact, contextFor } from "../mailing/ask.ts";
import { pagesFor } from "../mailing/pages.ts";
import { tell } from "../mailing/tell.ts";
import { mailLocale } from "../templates/format.ts";
import { templates } from "../templates/index.ts";

export const onRefreshTokenReused =
  (app: App): Handler<typeof RefreshTokenReusedSchema> =>
  async ({ accountId }, once) => {
    const to = await askContact(app, accountId);
    const { signIn, forgotPassword } = pagesFor(app, mailLocale(to.locale));
    const mail = templates.session_ended({ ...contextFor(app, to), signInUrl: signIn, forgotPasswordUrl: forgotPassword });
    await tell(app, once, [{ kind: "session_ended", about: randomUUID(), to, mail, onlyIfKnown: true }]);
  };
