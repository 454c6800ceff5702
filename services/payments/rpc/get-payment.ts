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
    return { payment: shown(payment) };
  };

/** A payment as its owner sees it. */
export function shown(payment: Payment): MessageInitShape<typeof PaymentSchema> {
  const { id, bookingId, status, purpose, amount, refunded, currency, createdAt, settledAt, failure } = payment;
  return {
    paymentId: id,
    bookingId,
    status: Payment_Status[status],
    purpose: Payment_Purpose[purpose],
    amount: { currencyCode: currency, minorUnits: amount },
    refunded: { currencyCode: currency, minorUnits: refunded },
    createdAt: timestampFromDate(createdAt),
    settledAt: settledAt ? timestampFromDate(settledAt) : undefined,
    failure: failure ?? "",
  };
}
