import type { CalendarVisit } from "@lacio/calendar/visit-file";
import type { Profile } from "@lacio/proto/users/v1/users_service";
import { defineEntity, p } from "@mikro-orm/core";
import { v7 as uuidv7 } from "uuid";
import type { MailKind } from "../templates/index.ts";
import type { Mail } from "../templates/layout.ts";

/** An invoice or credit note, whose PDF is asked for when the mail is sent. */
export type Attachment = { invoiceId: string; filename: string };

const NotificationSchema = defineEntity({
  name: "Notification",
  tableName: "notification",
  properties: {
    id: p.uuid().primary(),
    dedupeKey: p.text(),
    recipientId: p.uuid(),
    // The client whom a mail to a stylist names.
    clientId: p.uuid().nullable(),
    kind: p.string().length(40).$type<MailKind>(),
    bookingId: p.uuid().nullable(),
    reassignmentId: p.uuid().nullable(),
    name: p.text(),
    address: p.text(),
    locale: p.string().length(5),
    subject: p.text(),
    text: p.text(),
    html: p.text(),
    attachments: p.json<Attachment[]>(),
    calendar: p.json<CalendarVisit>().nullable(),
    status: p.string().length(7).$type<"PENDING" | "SENT" | "FAILED" | "DROPPED" | "ERASED">(),
    messageId: p.text(),
    createdAt: p.datetime(),
    sentAt: p.datetime().nullable(),
    readAt: p.datetime().nullable(),
    erasedAt: p.datetime().nullable(),
  },
});

export type Note = {
  kind: MailKind;
  /** What this mail is about. With kind and recipient it is the dedupe key: a second mail with the same key is not written. */
  about: string;
  to: Pick<Profile, "id" | "name" | "email" | "locale" | "erasedAt" | "emailVerified">;
  /** Whom it names, in a mail to a stylist. */
  client?: Pick<Profile, "id" | "erasedAt">;
  /** A mail that anybody could cause without paying, by registering with this address: only for one that was confirmed, or has paid. */
  onlyIfKnown?: boolean;
  /** Absent when it holds a secret link: then it is written when it is sent, and its token is never stored. */
  mail?: Mail;
  bookingId?: string;
  /** Its links answer this reassignment: when it is sent, they get a token, which is never stored. */
  reassignmentId?: string;
  attachments?: Attachment[];
  /** The visit for the reader's calendar. It names no people: the attendee is the mail's recipient, added when it is sent. */
  calendar?: CalendarVisit;
};

/** Unique in the database. */
export const dedupeKeyOf = (kind: MailKind, about: string, to: Pick<Profile, "id">): string => `${kind}:${about}:${to.id}`;

// Anybody can register with another person's address and any text as a name, and so have the salon mail spam.
type Person = Pick<Profile, "name" | "emailVerified">;

/** The name of `whose` in a mail to `to`; absent unless one of the two has confirmed their address. */
export const nameIn = (to: Person, whose: Person): string | undefined => (to.emailVerified || whose.emailVerified ? whose.name : undefined);

/** Something a person is told, once. */
export class Notification extends NotificationSchema.class {
  /** `domain`: the salon's own, for the Message-ID. */
  static of(
    { kind, about, to, client, mail, bookingId, reassignmentId, attachments = [], calendar }: Note,
    domain: string,
    now: Date,
  ): Notification {
    const id = uuidv7();
    return Object.assign(new Notification(), {
      id,
      dedupeKey: dedupeKeyOf(kind, about, to),
      recipientId: to.id,
      clientId: client?.id,
      kind,
      bookingId,
      reassignmentId,
      name: nameIn(to, to) ?? "",
      address: to.email,
      locale: to.locale,
      subject: mail?.subject ?? "",
      text: mail?.text ?? "",
      html: mail?.html ?? "",
      attachments,
      calendar,
      status: "PENDING" as const,
      messageId: `<${id}@${domain}>`,
      createdAt: now,
    });
  }

  /** FAILED: a person asks for it anew; not where its text is gone, because somebody whom it was about was erased. */
  canBeSent(): boolean {
    return this.status === "PENDING" || (this.status === "FAILED" && this.erasedAt == null);
  }

  /** The mail is out, with these words. One that was given up may be sent after all, at a person's wish. */
  markSent({ subject, text, html }: Mail, now: Date): void {
    if (this.status !== "PENDING" && this.status !== "FAILED") return;
    Object.assign(this, { status: "SENT", sentAt: now, subject, text, html });
    this.forgetWordsIfErased();
  }

  /** It will not be sent. */
  giveUp(): void {
    this.end("FAILED");
  }

  /** It will not be sent: what it tells is no longer true, and another mail tells what is. */
  drop(): void {
    this.end("DROPPED");
  }

  private end(status: "FAILED" | "DROPPED"): void {
    if (this.status !== "PENDING") return;
    this.status = status;
    this.forgetWordsIfErased();
  }

  // Somebody whom the mail is to, or about, was erased while it waited: now nobody needs its text any more.
  private forgetWordsIfErased(): void {
    if (this.erasedAt != null) Object.assign(this, { text: "", html: "" });
  }

  markRead(now: Date): void {
    this.readAt ??= now;
  }
}
NotificationSchema.setClass(Notification);
