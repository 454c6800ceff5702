import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { caller, mayAct } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { Payment_Purpose, Payment_Status, type PaymentSchema } from "@lacio/proto/payments/v1/payments_service";
import type { App, Rpc } from "../app.ts";
import { Payment } from "../domain/payment.ts";

export const getPayment =
  (app: App): Rpc["getPayment"] =>
  async ({ paymentId }, ctx) => {
    const payment = await app.db.read().findOne(Payment, { id: paymentId });
    if (!payment || !mayAct(caller(ctx), payment.clientId)) throw notFound("payment");
    const [shown] = await show((text, params) => app.db.sql(text, params), [payment]);
    return { payment: shown! };
  };

type Sums = { id: string; refunding: string; debt: string; lost: string };

/** Payments as their owners see them; `ask` reads inside or outside a transaction. */
export async function show(
  ask: (text: string, params: unknown[]) => Promise<Sums[]>,
  payments: Payment[],
): Promise<MessageInitShape<typeof PaymentSchema>[]> {
  const sums = await ask(
    `select id, (select coalesce(sum(amount), 0) from refund where payment_id = payment.id and status = 'REQUESTED') as refunding,
       (select coalesce(sum(debt), 0) from refund where payment_id = payment.id and status = 'REQUESTED') as debt,
       (select coalesce(sum(amount), 0) from dispute where payment_id = payment.id and status = 'LOST') as lost
     from payment where id = any($1)`,
    [payments.map(({ id }) => id)],
  );
  const byId = new Map(sums.map((sum) => [sum.id, sum]));
  return payments.map((payment) => shown(payment, byId.get(payment.id)));
}

function shown(payment: Payment, sums?: Sums): MessageInitShape<typeof PaymentSchema> {
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
    // One that waits for others gives only what those leave.
    refunding: money(atMost(payment.amount - payment.refunded - lost, refunding)),
    owed: money(payment.owed - atMost(payment.owed, debt)),
    disputed: money(payment.disputed - lost),
    lost: money(lost),
    createdAt: timestampFromDate(createdAt),
    settledAt: settledAt ? timestampFromDate(settledAt) : undefined,
    failure: failure ?? "",
  };
}

const atMost = (limit: bigint, amount: bigint): bigint => (amount < limit ? amount : limit);
