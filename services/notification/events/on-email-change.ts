import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Handler } from "@lacio/chassis/consume";
import type { GetEmailChangeResponse } from "@lacio/proto/auth/v1/auth_service";
import type { EmailChangeRequestedSchema } from "@lacio/proto/auth/v1/events";
import { tell } from "../acts/tell.ts";
import type { App } from "../app.ts";
import { askContact, contextFor, pagesFor } from "../mail/ask.ts";
import { mailLocale } from "../templates/format.ts";
import { templates } from "../templates/index.ts";

// A link to the new address, and a word to the old one. Of requests that follow each other the newest alone waits; its moment is in the
// dedupe key, so that it is told once.
export const onEmailChangeRequested = (app: App): Handler<typeof EmailChangeRequestedSchema> =>
  async function onEmailChangeRequested({ accountId }, once) {
    const change = await askEmailChange(app, accountId);
    if (!change) return void (await once(async () => {}));
    const to = await askContact(app, accountId);
    const { forgotPassword: forgotPasswordUrl } = pagesFor(app, mailLocale(to.locale));
    const mail = templates.email_change_asked({ ...contextFor(app, to), newEmail: change.email, forgotPasswordUrl });
    const about = timestampDate(change.askedAt!).toISOString();
    await tell(app, once, [
      { kind: "new_email", about, to: { ...to, email: change.email, emailVerified: false } },
      { kind: "email_change_asked", about, to, mail, onlyIfKnown: true },
    ]);
  };

/** Undefined: none waits any more. */
async function askEmailChange(app: App, accountId: string): Promise<GetEmailChangeResponse | undefined> {
  try {
    return await app.auth.getEmailChange({ accountId });
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
    throw error;
  }
}
