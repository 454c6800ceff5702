import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { caller, mayAct } from "@lacio/chassis/access";
import { notFound } from "@lacio/chassis/errors";
import { Payment_Purpose, Payment_Status, type PaymentSchema } from "@lacio/proto/payments/v1/payments_service";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import type { Rpc } from "./index.ts";

export const getPayment =
  (app: App): Rpc["getPayment"] =>
  async ({ paymentId }, ctx) => {
    const payment = await app.db.read().findOne(Payment, { id: paymentId });
    if (!payment || !mayAct(caller(ctx), payment.clientId)) throw notFound("payment");
    const [shown] = await show((text, params) => app.db.sql(text, params), [payment]);
    return { payment: shown! };
  };

type Sum = { id: string; refunding: string };

/** Payments as their owners see them; `ask` reads inside or outside a transaction. */
export async function show(
  ask: (text: string, params: unknown[]) => Promise<Sum[]>,
  payments: Payment[],
): Promise<MessageInitShape<typeof PaymentSchema>[]> {
  const sums = await ask(
    "select payment_id as id, sum(amount) as refunding from refund where payment_id = any($1) and status = 'REQUESTED' group by payment_id",
    [payments.map(({ id }) => id)],
  );
  const refunding = new Map(sums.map((sum) => [sum.id, BigInt(sum.refunding)]));
  return payments.map((payment) => shown(payment, refunding.get(payment.id) ?? 0n));
}

function shown(payment: Payment, refunding: bigint): MessageInitShape<typeof PaymentSchema> {
  const { id, bookingId, status, purpose, currency, createdAt, settledAt, failure } = payment;
  const money = (minorUnits: bigint) => ({ currencyCode: currency, minorUnits });
  return {
    paymentId: id,
    bookingId,
    status: Payment_Status[status],
    purpose: Payment_Purpose[purpose],
    amount: money(payment.amount),
    refunded: money(payment.refunded),
    refunding: money(refunding),
    owed: money(payment.owed),
    disputed: money(payment.disputed),
    createdAt: timestampFromDate(createdAt),
    settledAt: settledAt ? timestampFromDate(settledAt) : undefined,
    failure: failure ?? "",
  };
}
