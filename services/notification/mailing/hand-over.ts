import { methodOf, visitFile, type CalendarVisit } from "@lacio/calendar/visit-file";
import type { App } from "../app.ts";
import { mailLocale } from "../templates/format.ts";
import type { Mail } from "../templates/layout.ts";
import type { Notification } from "../domain/notification.ts";
import { writeWithLink } from "./write-with-link.ts";

/** The mail server can't be reached, or doesn't work: any mail would fail. */
export class MailServerAway extends Error {}

/** The mail server does not take this mail, now (4xx) or ever (5xx). */
export class RefusedByMailServer extends Error {
  readonly temporary: boolean;

  constructor(message: string, cause: unknown, temporary: boolean) {
    super(message, { cause });
    this.temporary = temporary;
  }
}

/** Gives one mail to the mail server. What it answers is what may be kept: without secrets. */
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

/** As a part of the mail, which mail programs act on, and as a file. */
function invitation(app: App, calendar: CalendarVisit, { name, address, locale }: Notification) {
  const { salon, mailReplyTo } = app.config;
  const to = { ...(name && { name }), email: address };
  const content = visitFile(calendar, { from: { name: salon.name, email: mailReplyTo.address }, to });
  return { method: methodOf(calendar), content, filename: mailLocale(locale) === "en" ? "appointment.ics" : "cita.ics" };
}

async function pdf(app: App, invoiceId: string, filename: string) {
  const { data } = await app.invoice.getInvoicePdf({ invoiceId });
  return { filename, content: Buffer.from(data), contentType: "application/pdf" };
}

type SmtpError = Error & { code?: string; responseCode?: number };

// Only an answer to the envelope or the message is about this mail; a greeting or a login that fails is about the server.
function meaningOf(error: SmtpError): Error {
  const { code, responseCode = 0 } = error;
  if ((code === "EENVELOPE" || code === "EMESSAGE") && responseCode !== 421)
    return new RefusedByMailServer(error.message, error, responseCode >= 400 && responseCode < 500);
  return new MailServerAway(error.message, { cause: error });
}
