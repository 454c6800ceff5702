import { timestampDate } from "@bufbuild/protobuf/wkt";
import { IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import type { App } from "../app.ts";
import { mailLocale } from "../templates/format.ts";
import { templates } from "../templates/index.ts";
import type { Mail } from "../templates/layout.ts";
import type { Notification } from "../domain/notification.ts";
import { pagesFor } from "./pages.ts";

const links = {
  welcome: { purpose: Purpose.VERIFY_EMAIL, page: "verifyEmail" },
  staff_invitation: { purpose: Purpose.RESET_PASSWORD, page: "setPassword" },
  password_reset: { purpose: Purpose.RESET_PASSWORD, page: "setPassword" },
} as const;

/** Writes a mail around a fresh secret link. The kept form has the link without its secret: a database is no place for keys. */
export async function writeWithLink(app: App, { kind, recipientId, name, locale }: Notification): Promise<{ sent: Mail; kept: Mail }> {
  const { purpose, page } = links[kind as keyof typeof links];
  const { token, expiresAt } = await app.auth.issueLinkToken({ accountId: recipientId, purpose });
  const write = (link: string) =>
    templates[kind as keyof typeof links]({
      locale: mailLocale(locale),
      salon: app.config.salon,
      recipientName: name,
      now: app.now(),
      link,
      linkExpiresAt: timestampDate(expiresAt!),
    });
  const link = pagesFor(app, mailLocale(locale))[page];
  return { sent: write(`${link}?token=${encodeURIComponent(token)}`), kept: write(link) };
}
