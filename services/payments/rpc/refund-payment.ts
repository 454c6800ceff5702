import { invalid } from "@lacio/chassis/errors";
import type { Money } from "@lacio/proto/common/v1/money";
import { v7 as uuidv7 } from "uuid";
import { requestRefund, roomFor } from "../acts/decide-refund.ts";
import type { App, Rpc } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund, type RefundWish } from "../domain/refund.ts";
import { showPayment } from "./show-payment.ts";

export const refundPayment = (app: App): Rpc["refundPayment"] =>
  async function refundPayment({ paymentId, amount, reason }, ctx) {
    return app.transact(async (tx) => {
      const payment = await tx.lock(Payment, { id: paymentId });
      const room = await roomFor(tx, payment);
      const wish: RefundWish = { amount: amount ? amountOf(amount, payment) : room.left, reason, cause: `admin:${uuidv7()}` };
      await requestRefund(tx, Refund.request(payment, room, wish, app.now()));
      return { payment: await showPayment(tx, payment) };
    }, ctx);
  };

function amountOf({ currencyCode, minorUnits }: Money, payment: Payment): bigint {
  if (currencyCode !== payment.currency) throw invalid("amount.currencyCode", `must be ${payment.currency}, as the payment`);
  if (minorUnits <= 0n) throw invalid("amount.minorUnits", "must be more than 0");
  return minorUnits;
}
