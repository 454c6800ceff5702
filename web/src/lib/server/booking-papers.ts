import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Invoice_Kind } from "@lacio/proto/invoice/v1/invoice_service";
import { Payment_Status as Status } from "@lacio/proto/payments/v1/payments_service";
import type { Api } from "./api.ts";

// What other services know of a booking. Undefined when the service is unavailable: the page is rendered without it.

export type Document = { id: string; credit: boolean; number: string; total: number; at: string };
export type Mail = { id: string; kind: string; subject: string; at: string; state: "sent" | "waiting" | "stuck" };
/** In minor units: refunded, refund pending, owed to the client, disputed (held by her bank), lost (paid out to her by her bank). */
export type Money = { paidAt?: string; refunded: number; refunding: number; owed: number; disputed: number; lost: number };

export async function papersOf(api: Api, bookingId: string) {
  const [documents, mails, money, address] = await Promise.all([
    unlessAway(documentsOf(api, bookingId)),
    unlessAway(mailsOf(api, bookingId)),
    unlessAway(moneyOf(api, bookingId)),
    unlessAway(addressOf(api)),
  ]);
  return { documents, mails, money, address };
}

// A short deadline for what the page can be rendered without.
const shortDeadline = { timeoutMs: 2_000 };

const unlessAway = <T>(answer: Promise<T>): Promise<T | undefined> => answer.catch(() => undefined);

/** Oldest first: the invoice, then its credit notes. */
async function documentsOf({ invoice }: Api, bookingId: string): Promise<Document[]> {
  const { invoices } = await invoice.listInvoices({ bookingId, pageSize: 20 }, shortDeadline);
  const shown = invoices.map(({ invoiceId, kind, number, total, issuedAt }) => ({
    id: invoiceId,
    credit: kind === Invoice_Kind.CREDIT_NOTE,
    number,
    total: Number(total?.minorUnits ?? 0n),
    at: iso(issuedAt),
  }));
  return shown.reverse();
}

const stuckAfterMinutes = 10;

/** Newest first. An unsent mail is retried for hours: the client is told much earlier that it is stuck. */
async function mailsOf({ notification }: Api, bookingId: string): Promise<Mail[]> {
  const { notifications } = await notification.listNotifications({ bookingId, pageSize: 50 }, shortDeadline);
  return notifications.map(({ notificationId, kind, subject, createdAt, sentAt }) => {
    const age = Date.now() - timestampDate(createdAt!).getTime();
    const state = sentAt ? "sent" : age < stuckAfterMinutes * 60_000 ? "waiting" : "stuck";
    return { id: notificationId, kind, subject, at: iso(sentAt ?? createdAt), state };
  });
}

async function moneyOf({ payments }: Api, bookingId: string): Promise<Money> {
  const { payments: all } = await payments.listPayments({ bookingId, pageSize: 50 }, shortDeadline);
  const taken = all.filter(({ status }) => [Status.SUCCEEDED, Status.PARTLY_REFUNDED, Status.REFUNDED].includes(status));
  const first = taken.at(-1)?.settledAt;
  const sum = (of: "refunded" | "refunding" | "owed" | "disputed" | "lost") =>
    taken.reduce((total, payment) => total + Number(payment[of]?.minorUnits ?? 0n), 0);
  const sums = { refunded: sum("refunded"), refunding: sum("refunding"), owed: sum("owed"), disputed: sum("disputed"), lost: sum("lost") };
  return { ...(first && { paidAt: iso(first) }), ...sums };
}

const addressOf = async ({ users }: Api): Promise<string | undefined> => (await users.getMe({}, shortDeadline)).profile?.email;

const iso = (at: Timestamp | undefined): string => (at ? timestampDate(at).toISOString() : "");
