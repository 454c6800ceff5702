import { invalid } from "@lacio/chassis/errors";
import type { Money } from "@lacio/proto/common/v1/money";
import { v7 as uuidv7 } from "uuid";
import type { App, Rpc } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund, type RefundWish } from "../domain/refund.ts";
import { request, roomFor } from "../acts/give-back.ts";
import { show } from "./get-payment.ts";

export const refundPayment =
  (app: App): Rpc["refundPayment"] =>
  async ({ paymentId, amount, reason }, ctx) => {
    if (reason.includes("\0")) throw invalid("reason", "must not contain NUL");
    return app.transact(async (tx) => {
      const payment = await tx.lock(Payment, { id: paymentId });
      const room = await roomFor(tx, payment);
      const wish: RefundWish = { amount: amount ? wanted(amount, payment) : room.left, reason, cause: `admin:${uuidv7()}` };
      await request(tx, Refund.request(payment, room, wish, app.now()));
      const [shown] = await show((text, params) => tx.sql(text, params), [payment]);
      return { payment: shown! };
    }, ctx);
  };

function wanted({ currencyCode, minorUnits }: Money, payment: Payment): bigint {
  if (currencyCode !== payment.currency) throw invalid("amount.currencyCode", `must be ${payment.currency}, as the payment`);
  if (minorUnits <= 0n) throw invalid("amount.minorUnits", "must be more than 0");
  return minorUnits;
}
