import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";

/** What another service's fact gives back: once per cause, and never more than is left. Without an amount, all of it. */
export async function giveBack(app: App, tx: Tx, paymentId: string, wish: { amount?: bigint; reason: string; cause: string }) {
  const payment = await tx.lock(Payment, { id: paymentId });
  if (await tx.find(Refund, { cause: wish.cause })) return;
  const left = await leftOf(tx, payment);
  const amount = wish.amount === undefined || wish.amount > left ? left : wish.amount;
  if (payment.isPaid() && amount === 0n) return;
  tx.add(Refund.request(payment, left, { ...wish, amount }, app.now()));
}

/** What no refund has claimed yet; meaningful while the payment's row is locked. */
export async function leftOf(tx: Tx, payment: Payment): Promise<bigint> {
  const [row] = await tx.sql<{ claimed: string }>(
    "select coalesce(sum(amount), 0) as claimed from refund where payment_id = $1 and status <> 'FAILED'",
    [payment.id],
  );
  return payment.amount - BigInt(row!.claimed);
}
