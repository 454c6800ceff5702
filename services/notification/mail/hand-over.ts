import { methodOf, visitFile, type CalendarVisit } from "@lacio/calendar/visit-file";
import type { App } from "../app.ts";
import type { Notification } from "../domain/notification.ts";
import { mailLocale } from "../templates/format.ts";
import type { Mail } from "../templates/layout.ts";
import { writtenToSend } from "./secret-links.ts";
import { meaningOf } from "./smtp-failure.ts";

/**
 * Gives one mail to the mail server, and answers what may be stored of it: no secrets.
 * @throws Refusal `unavailable` when the server is away, NotYet when it defers the mail (4xx), Error when it refuses the mail for good (5xx),
 * NoLongerTrue when the mail asks what is decided by now
 */
export async function handOver(app: App, notification: Notification): Promise<Mail> {
  const { name, address, messageId, calendar } = notification;
  const { mailFrom, mailReplyTo } = app.config;
  const [{ sent, kept, to = address }, attachments] = await Promise.all([
    writtenToSend(app, notification),
    Promise.all(notification.attachments.map(({ invoiceId, filename }) => pdf(app, invoiceId, filename))),
  ]);
  try {
    await app.mailer.sendMail({
      from: mailFrom,
      replyTo: mailReplyTo,
      to: { name, address: to },
      ...sent,
      messageId,
      attachments,
      ...(calendar && { icalEvent: invitation(app, calendar, notification) }),
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    throw meaningOf(error as Error);
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
