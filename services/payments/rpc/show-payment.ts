import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Payment_Purpose, Payment_Status, type PaymentSchema } from "@lacio/proto/payments/v1/payments_service";
import { atMost, type Payment } from "../domain/payment.ts";

type Message = MessageInitShape<typeof PaymentSchema>;
type Sums = { id: string; refunding: string; debt: string; lost: string };
type Db = { sql(text: string, params: unknown[]): Promise<Sums[]> };

/** A payment as its owner sees it; `db` is a transaction, or the database outside one. */
export async function showPayment(db: Db, payment: Payment): Promise<Message> {
  return (await showPayments(db, [payment]))[0]!;
}

export async function showPayments(db: Db, payments: Payment[]): Promise<Message[]> {
  const sums = await db.sql(
    `select id, (select coalesce(sum(amount), 0) from refund where payment_id = payment.id and status = 'REQUESTED') as refunding,
       (select coalesce(sum(debt), 0) from refund where payment_id = payment.id and status = 'REQUESTED') as debt,
       (select coalesce(sum(amount), 0) from dispute where payment_id = payment.id and status = 'LOST') as lost
     from payment where id = any($1)`,
    [payments.map(({ id }) => id)],
  );
  const byId = new Map(sums.map((sum) => [sum.id, sum]));
  return payments.map((payment) => messageOf(payment, byId.get(payment.id)));
}

function messageOf(payment: Payment, sums?: Sums): Message {
  const { id, bookingId, status, purpose, currency, createdAt, settledAt, failure } = payment;
  const [refunding, debt, lost] = [BigInt(sums?.refunding ?? 0), BigInt(sums?.debt ?? 0), BigInt(sums?.lost ?? 0)];
  const money = (minorUnits: bigint) => ({ currencyCode: currency, minorUnits });
  return {
    paymentId: id,
    bookingId,
    status: Payment_Status[status],
    purpose: Payment_Purpose[purpose],
    amount: money(payment.amount),
    refunded: money(payment.refunded),
    // A refund that waits for others gets only what those leave: together they are never more than the payment has.
    refunding: money(atMost(payment.amount - payment.refunded - lost, refunding)),
    owed: money(payment.owed - atMost(payment.owed, debt)),
    disputed: money(payment.disputed - lost),
    lost: money(lost),
    createdAt: timestampFromDate(createdAt),
    settledAt: settledAt ? timestampFromDate(settledAt) : undefined,
    failure: failure ?? "",
  };
}
