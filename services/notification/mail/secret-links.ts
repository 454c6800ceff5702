import { timestampDate } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import { ErrorInfoSchema } from "@lacio/proto/google/rpc/error_details";
import type { App } from "../app.ts";
import type { Notification } from "../domain/notification.ts";
import { mailLocale } from "../templates/format.ts";
import { templates } from "../templates/index.ts";
import type { Mail } from "../templates/layout.ts";
import { pagesFor } from "./ask.ts";

/** The mail's question is decided by now, or its link would open nothing. */
export class NoLongerTrue extends Error {}

/** `to`: the only address that its secret may go to. */
type Written = { sent: Mail; kept: Mail; to?: string };

/**
 * A mail's words as they are sent, and as they are kept: there its links have no token, so that whoever reads the database cannot use them.
 * @throws NoLongerTrue
 */
export async function writtenToSend(app: App, notification: Notification): Promise<Written> {
  const { subject, text, html, reassignmentId } = notification;
  if (!text) return writeWithLink(app, notification);
  const kept = { subject, text, html };
  return { sent: reassignmentId == null ? kept : await withAnswerLinks(app, notification, reassignmentId), kept };
}

// What is kept links to the booking's page, which asks for a sign-in; what is sent, to the page that its token opens.
async function withAnswerLinks(app: App, notification: Notification, reassignmentId: string): Promise<Mail> {
  const { subject, text, html, bookingId, locale } = notification;
  const { token } = await unless(["already_settled"], app.reassignment.issueAnswerLink({ reassignmentId }));
  const pages = pagesFor(app, mailLocale(locale));
  const kept = `${pages.booking(bookingId!)}?`;
  const sent = `${pages.answer}?token=${encodeURIComponent(token)}`;
  return { subject, text: text.replaceAll(kept, () => `${sent}&`), html: html.replaceAll(kept, () => `${sent}&amp;`) };
}

/** What makes the mail pointless is no failure. @throws NoLongerTrue when refused for one of `reasons` */
async function unless<T>(reasons: string[], call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const [info] = ConnectError.from(error).findDetails(ErrorInfoSchema);
    throw info && reasons.includes(info.reason) ? new NoLongerTrue(info.reason, { cause: error }) : error;
  }
}

const links = {
  welcome: { purpose: Purpose.VERIFY_EMAIL, page: "verifyEmail" },
  staff_invitation: { purpose: Purpose.RESET_PASSWORD, page: "setPassword" },
  new_email: { purpose: Purpose.CHANGE_EMAIL, page: "confirmEmail" },
  password_reset: { purpose: Purpose.RESET_PASSWORD, page: "setPassword" },
} as const;

// Writes a mail with a fresh token in its link; the stored form has the link without the token. The token comes with its address, as
// the account may have another one since the mail was asked for.
async function writeWithLink(app: App, { kind, recipientId, address, name, locale }: Notification): Promise<Written> {
  const { purpose, page } = links[kind as keyof typeof links];
  // The account is erased or disabled, or its new address was given up.
  const asked = app.auth.issueLinkToken({ accountId: recipientId, purpose });
  const { token, expiresAt, email } = await unless(["account_disabled", "not_found"], asked);
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
  return { sent: write(`${link}?token=${encodeURIComponent(token)}`), kept: write(link), to: email || address };
}
