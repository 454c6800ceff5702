import { atProvider } from "@lacio/stripe-sandbox/testing/at-provider";
import type { System } from "@lacio/testkit/system";
import { sql } from "@lacio/testkit/testing";
import type { Money } from "@lacio/proto/common/v1/money";
import type { Payment } from "@lacio/proto/payments/v1/payments_service";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { money } from "@lacio/salon/money";
import { balance } from "../invariants.ts";
import { bookings, payments } from "../salon.ts";
import type { Party } from "./history.ts";

/** One booking's money as every service, the provider and the mails have it, at rest, in minor units: both values of a line must be equal. */
export async function accountsOf(system: System, { client, bookingId }: Party) {
  const {
    payments: [payment],
  } = await payments(system, client).listPayments({ bookingId });
  const { booking } = await bookings(system, client).getBooking({ bookingId });
  const provider = await atTheProvider(system, payment!.paymentId);
  const books = { stripe_clearing: 0, disputes: 0, client_deposits: 0, owed_to_clients: 0, ...(await balance(system, bookingId)) };
  const invoiced = await invoicedFor(system, bookingId);
  const [mails, refunds] = [await mailedTo(system, bookingId), await refundsOf(system, bookingId)];
  const refunded = of(payment!.refunded);
  return {
    said: {
      "held, by the provider and by the ledger": [provider.received - provider.refunded - provider.disputed, books.stripe_clearing],
      "the books: what is held and disputed is sold or owed": [
        books.stripe_clearing + books.disputes,
        -books.client_deposits - books.owed_to_clients,
      ],
      "provider and disputes, invoices less credit notes and what is owed": [
        books.stripe_clearing + books.disputes,
        invoiced - books.owed_to_clients,
      ],
      "refunded, by the provider and by the API": [provider.refunded, refunded],
      "disputed, by the provider and by the API": [provider.disputed, of(payment!.disputed) + of(payment!.lost)],
      "owed, by the ledger and by the API": [-books.owed_to_clients, of(payment!.owed)],
      "owed, by the booking and by the API": [of(booking!.owed), booking!.paymentId === payment!.paymentId ? of(payment!.owed) : 0],
      "what was decided, and what arrived or is owed": [
        await decidedFor(system, payment!),
        refunded + of(payment!.owed) + (await debtPaidByBank(system, payment!.paymentId)),
      ],
      "what the booking says that she has back": [
        of(booking!.refunded),
        booking!.paymentId === payment!.paymentId ? refunded + provider.disputed : 0,
      ],
      "what the cancellation says that it gave": [
        booking!.status === Booking_Status.CANCELLED ? of(booking!.cancellation?.refund) : 0,
        await givenByCancellation(system, payment!.paymentId),
      ],
      "mails that a refund failed, and refunds that did": [mails.failed, refunds.failed],
      "mails that a refund went after the one that it came back": [mails.overtaken, 0],
      // A refund that failed before its success was mailed has only the mail of the failure.
      "mails of refunds, and refunds that arrived": [Math.min(Math.max(mails.sent, refunds.arrived), refunds.told), mails.sent],
    },
    refunded,
    owed: of(payment!.owed),
  };
}

const of = (money: Money | undefined): number => Number(money?.minorUnits ?? 0n);

async function atTheProvider(system: System, paymentId: string) {
  const there = atProvider(system);
  const [{ paymentIntents, disputes }, intent] = [await there.objects(), await there.intentOf(paymentId)];
  const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const refunds = (await there.refundsOf(paymentId)).filter(({ status }) => status === "succeeded");
  return {
    received: paymentIntents.find(({ id }) => id === intent)!.amount_received,
    refunded: sum(refunds.map(({ amount }) => amount)),
    disputed: sum(
      disputes.filter(({ payment_intent, status }) => payment_intent === intent && status !== "won").map(({ amount }) => amount),
    ),
  };
}

async function invoicedFor(system: System, bookingId: string): Promise<number> {
  const text = "select coalesce(sum(case kind when 'INVOICE' then total else -total end), 0) as sum from invoice where booking_id = $1";
  return Number((await sql<{ sum: string }>(system, "invoice", text, [bookingId]))[0]!.sum);
}

/** What cancellations refunded: as reduced to what the provider had left; a refund that the bank returned still counts. */
async function givenByCancellation(system: System, paymentId: string): Promise<number> {
  const text = `select coalesce(sum(amount), 0) as sum from refund
    where payment_id = $1 and cause like 'booking.cancelled:%' and failure is distinct from 'nothing is left'`;
  return Number((await sql<{ sum: string }>(system, "payments", text, [paymentId]))[0]!.sum);
}

/** A cancellation refunds its amount in addition to other refunds and debts, limited by the sale's amount. */
async function decidedFor(system: System, { paymentId, amount }: Payment): Promise<number> {
  const text = `select coalesce(sum(debit), 0) as sum from ledger_entry left join refund on refund.id = refund_id
    where ledger_entry.payment_id = $1 and account = 'client_deposits' and refund.cause not like 'booking.cancelled:%' is not false`;
  const others = Number((await sql<{ sum: string }>(system, "payments", text, [paymentId]))[0]!.sum);
  return others + Math.min(await givenByCancellation(system, paymentId), of(amount) - others);
}

/** The part of the salon's debt that a lost dispute has paid to the client. */
async function debtPaidByBank(system: System, paymentId: string): Promise<number> {
  const text = `select coalesce(sum(debit), 0) as sum from ledger_entry
    where payment_id = $1 and account = 'owed_to_clients' and transaction_id like 'dispute_lost:%'`;
  return Number((await sql<{ sum: string }>(system, "payments", text, [paymentId]))[0]!.sum);
}

async function mailedTo(system: System, bookingId: string): Promise<{ sent: number; failed: number; overtaken: number }> {
  const text = "select kind, count(*) as count from notification where booking_id = $1 group by kind";
  const rows = await sql<{ kind: string; count: string }>(system, "notification", text, [bookingId]);
  const of = (kind: string) => Number(rows.find((row) => row.kind === kind)?.count ?? 0);
  const overtaken = `select 1 from notification went join notification back on back.dedupe_key = replace(went.dedupe_key, 'refund_sent', 'refund_failed')
    where went.booking_id = $1 and went.kind = 'refund_sent' and back.kind = 'refund_failed' and went.sent_at > back.sent_at`;
  return {
    sent: of("refund_sent"),
    failed: of("refund_failed"),
    overtaken: (await sql(system, "notification", overtaken, [bookingId])).length,
  };
}

/** `told`: published as successful, even if it failed later. */
async function refundsOf(system: System, bookingId: string): Promise<{ told: number; failed: number; arrived: number }> {
  const text = `select (select count(*) from outbox where subject = 'payments.refunded' and key = $1) as told,
      (select count(*) from outbox where subject = 'payments.refund_failed' and key = $1)
        - count(*) filter (where refund.failure = 'nothing is left') as failed,
      count(*) filter (where refund.status = 'SUCCEEDED') as arrived
    from refund join payment on payment.id = payment_id where booking_id = $2`;
  const [row] = await sql<{ told: string; failed: string; arrived: string }>(system, "payments", text, [bookingId, bookingId]);
  return { told: Number(row!.told), failed: Number(row!.failed), arrived: Number(row!.arrived) };
}

/** The booking's page without script, as its client sees it, up to the list of mails. */
export async function pageOf(system: System, { client, bookingId }: Party): Promise<string> {
  const cookie = `__Host-lacio-access=${client.accessToken}; __Host-lacio-refresh=${client.refreshToken}`;
  const response = await fetch(`${system.urls.edge}/reservas/${bookingId}`, { headers: { cookie } });
  if (response.status !== 200) throw new Error(`The page of a booking answered ${response.status}`);
  const [page] = (await response.text()).split('<section class="grid gap-2" aria-labelledby="correos"');
  return page!.replaceAll("\u00a0", " ");
}

/** As pages format them. */
export const pesos = (minorUnits: number): string => money(BigInt(minorUnits), "es").replaceAll("\u00a0", " ");
