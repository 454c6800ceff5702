import { methodOf, visitFile, type CalendarVisit } from "@lacio/calendar/visit-file";
import { unavailable } from "@lacio/chassis/errors";
import { NotYet } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import type { Notification } from "../domain/notification.ts";
import { mailLocale } from "../templates/format.ts";
import type { Mail } from "../templates/layout.ts";
import { writtenToSend } from "./secret-links.ts";

/**
 * Gives one mail to the mail server, and answers what may be stored of it: no secrets.
 * @throws Refusal `unavailable` when the server is away, NotYet when it defers the mail (4xx), Error when it refuses the mail for good (5xx),
 * NoLongerTrue when the mail asks what is decided by now
 */
export async function handOver(app: App, notification: Notification): Promise<Mail> {
  const { name, address, messageId, calendar } = notification;
  const { mailFrom, mailReplyTo } = app.config;
  const [{ sent, kept }, attachments] = await Promise.all([
    writtenToSend(app, notification),
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
