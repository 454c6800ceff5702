import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import { recordEffect } from "./record-effect.ts";

/**
 * What another service's fact gives back: once per cause, and never more than is there. Without an amount, all of it.
 * What others have on its way does not make it smaller: that may fail, and then the client has only this.
 */
export async function giveBack(app: App, tx: Tx, payment: Payment, wish: { amount?: bigint; reason: string; cause: Refund["cause"] }) {
  if (await tx.find(Refund, { cause: wish.cause })) return;
  const left = payment.amount - payment.refunded - (await lostOf(tx, payment));
  const amount = wish.amount === undefined || wish.amount > left ? left : wish.amount;
  if (payment.isPaid() && amount <= 0n) {
    // The client has it in another way: whoever said what comes back has to know.
    const refund = Refund.inVain(payment, { ...wish, amount: wish.amount ?? payment.amount }, app.now());
    tx.add(refund);
    return recordEffect(tx, refund.giveUp(payment, app.now()));
  }
  tx.add(Refund.request(payment, left, { ...wish, amount }, app.now()));
}

async function lostOf(tx: Tx, { id }: Payment): Promise<bigint> {
  const text = "select coalesce(sum(amount), 0) as lost from dispute where payment_id = $1 and status = 'LOST'";
  return BigInt((await tx.sql<{ lost: string }>(text, [id]))[0]!.lost);
}

/** What no refund has claimed yet, and no bank has given to the client; meaningful while the payment's row is locked. */
export async function leftOf(tx: Tx, payment: Payment): Promise<bigint> {
  const [row] = await tx.sql<{ gone: string }>(
    `select (select coalesce(sum(amount), 0) from refund where payment_id = $1 and status <> 'FAILED')
       + (select coalesce(sum(amount), 0) from dispute where payment_id = $1 and status = 'LOST') as gone`,
    [payment.id],
  );
  const left = payment.amount - BigInt(row!.gone);
  return left > 0n ? left : 0n;
}
