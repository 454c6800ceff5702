import type { SystemDescription } from "@lacio/testkit/system";
import { sql, until } from "@lacio/testkit/testing";
import { expect } from "expect";
import { provider } from "./provider.ts";

export const price = 12_000_000;

export const statusOf = async (system: SystemDescription, bookingId: string): Promise<string | undefined> =>
  (await sql<{ status: string }>(system, "booking", "select status from booking where id = $1", [bookingId]))[0]?.status;

export const invoicesOf = (system: SystemDescription, bookingId: string) =>
  sql<{ kind: string; number_text: string; total: string }>(
    system,
    "invoice",
    "select kind, number_text, total from invoice where booking_id = $1 order by issued_at",
    [bookingId],
  );

/** How often a service emitted this event about a booking. */
export async function told(system: SystemDescription, subject: string, bookingId: string): Promise<number> {
  const found = await sql(system, subject.split(".")[0]!, "select 1 from outbox where subject = $1 and key = $2", [subject, bookingId]);
  return found.length;
}

/** The Message-IDs of the mails to an address that have this document attached. */
export async function mailsWith(system: SystemDescription, to: string, documentNumber: string): Promise<string[]> {
  const list = await fetch(`${system.urls.mail}/api/email?to.address=${encodeURIComponent(to)}`);
  const mails = (await list.json()) as { headers: Record<string, string>; attachments?: { filename: string }[] }[];
  return mails
    .filter(({ attachments = [] }) => attachments.some(({ filename }) => filename === `${documentNumber}.pdf`))
    .map(({ headers }) => headers["message-id"]!);
}

export type Sale = { bookingId: string; email: string };

/** Waits until a paid booking is confirmed, invoiced and mailed; returns the invoice's number. */
export async function sold(system: SystemDescription, { bookingId, email }: Sale): Promise<string> {
  const patience = { timeoutMs: 60_000 };
  await until(async () => (await statusOf(system, bookingId)) === "CONFIRMED", patience);
  const [invoice] = await until(async () => {
    const found = await invoicesOf(system, bookingId);
    return found.length > 0 && found;
  }, patience);
  await until(async () => (await mailsWith(system, email, invoice!.number_text)).length > 0, patience);
  return invoice!.number_text;
}

/** Every effect happened exactly once. Call it when the system is quiet. */
export async function expectSoldOnce(system: SystemDescription, { bookingId, email }: Sale, { mails = 1 } = {}): Promise<void> {
  expect({
    status: await statusOf(system, bookingId),
    succeeded: await told(system, "payments.succeeded", bookingId),
    paid: await told(system, "booking.paid", bookingId),
    issued: await told(system, "invoice.issued", bookingId),
    money: await provider(system).money(bookingId),
    books: await balance(system, bookingId),
  }).toEqual({
    status: "CONFIRMED",
    succeeded: 1,
    paid: 1,
    issued: 1,
    money: { received: [price], refunded: [] },
    books: { stripe_clearing: price, client_deposits: -price },
  });
  const invoices = await invoicesOf(system, bookingId);
  expect(invoices).toMatchObject([{ kind: "INVOICE", total: String(price) }]);
  const messageIds = await mailsWith(system, email, invoices[0]!.number_text);
  expect(new Set(messageIds).size).toBe(1);
  expect(messageIds.length).toBeLessThanOrEqual(mails);
}

/** A booking's balance in the ledger: debit less credit, by account. */
export async function balance(system: SystemDescription, bookingId: string): Promise<Record<string, number>> {
  const rows = await sql<{ account: string; sum: string }>(
    system,
    "payments",
    `select account, sum(debit - credit) as sum from ledger_entry where payment_id in (select id from payment where booking_id = $1)
     group by account`,
    [bookingId],
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, Number(sum)]));
}

export async function expectNoOverlap(system: SystemDescription): Promise<void> {
  const pairs = await sql(
    system,
    "booking",
    "select a.booking_id, b.booking_id from occupancy a join occupancy b on a.resource_id = b.resource_id and a.during && b.during and a.ctid < b.ctid",
  );
  expect(pairs).toEqual([]);
}
