import { timestampDate } from "@bufbuild/protobuf/wkt";
import { methodOf, visitFile, type CalendarVisit } from "@lacio/calendar/visit-file";
import { unavailable } from "@lacio/chassis/errors";
import { NotYet } from "@lacio/chassis/jobs";
import { IssueLinkTokenRequest_Purpose as Purpose } from "@lacio/proto/auth/v1/auth_service";
import type { App } from "../app.ts";
import type { Notification } from "../domain/notification.ts";
import { mailLocale } from "../templates/format.ts";
import { templates } from "../templates/index.ts";
import type { Mail } from "../templates/layout.ts";
import { pagesFor } from "./ask.ts";

/**
 * Gives one mail to the mail server, and answers what may be stored of it: no secrets.
 * @throws Refusal `unavailable` when the server is away, NotYet when it defers the mail (4xx), Error when it refuses the mail for good (5xx)
 */
export async function handOver(app: App, notification: Notification): Promise<Mail> {
  const { name, address, messageId, subject, text, html, calendar } = notification;
  const { mailFrom, mailReplyTo } = app.config;
  const [{ sent, kept }, attachments] = await Promise.all([
    text ? { sent: { subject, text, html }, kept: { subject, text, html } } : writeWithLink(app, notification),
    Promise.all(notification.attachments.map(({ invoiceId, filename }) => pdf(app, invoiceId, filename))),
  ]);
  try {
    await app.mailer.sendMail({
      from: mailFrom,
      replyTo: mailReplyTo,
      to: { name, address },
      ...sent,
      messageId,
      attachments,
      ...(calendar && { icalEvent: invitation(app, calendar, notification) }),
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    throw meaningOf(error as SmtpError);
  }
  return kept;
}

const links = {
  welcome: { purpose: Purpose.VERIFY_EMAIL, page: "verifyEmail" },
  staff_invitation: { purpose: Purpose.RESET_PASSWORD, page: "setPassword" },
  password_reset: { purpose: Purpose.RESET_PASSWORD, page: "setPassword" },
} as const;

// Writes a mail with a fresh token in its link. The stored form has the link without the token: whoever reads the database cannot use it.
async function writeWithLink(app: App, { kind, recipientId, name, locale }: Notification): Promise<{ sent: Mail; kept: Mail }> {
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

async function pdf(app: App, invoiceId: string, filename: string) {
  const { data } = await app.invoice.getInvoicePdf({ invoiceId });
  return { filename, content: Buffer.from(data), contentType: "application/pdf" };
}

// An iTIP part, which mail programs act on, and the same as an attached file.
function invitation(app: App, calendar: CalendarVisit, { name, address, locale }: Notification) {
  const { salon, mailReplyTo } = app.config;
  const to = { ...(name && { name }), email: address };
  const content = visitFile(calendar, { from: { name: salon.name, email: mailReplyTo.address }, to });
  return { method: methodOf(calendar), content, filename: mailLocale(locale) === "en" ? "appointment.ics" : "cita.ics" };
}

type SmtpError = Error & { code?: string; responseCode?: number };

// Only an answer to the envelope or the message is about this mail. After a greeting, a login or a connection that failed (421: the
// server closes it), any mail would fail.
function meaningOf(error: SmtpError): Error {
  const { code, responseCode = 0 } = error;
  const ofThisMail = (code === "EENVELOPE" || code === "EMESSAGE") && responseCode !== 421;
  if (!ofThisMail) return unavailable(error.message, error);
  if (responseCode >= 400 && responseCode < 500) return new NotYet(error.message, { cause: error });
  return new Error(error.message, { cause: error });
}
