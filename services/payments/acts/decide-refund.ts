import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund, type Room } from "../domain/refund.ts";
import { recordEffect } from "./record-effect.ts";

/**
 * The refund that an event of booking asks for: once per cause, however often the event is delivered, and at most what is left (without an
 * amount, all of it). Refunds on their way do not reduce it: they may fail, and then the client has only this one.
 * It is taken from the sale, and pays an older debt only where the sale is not enough.
 */
export async function decideRefund(app: App, tx: Tx, payment: Payment, wish: { amount?: bigint; reason: string; cause: Refund["cause"] }) {
  if (await tx.find(Refund, { cause: wish.cause })) return;
  const left = payment.amount - payment.refunded - (await lostOf(tx, payment));
  const amount = wish.amount === undefined || wish.amount > left ? left : wish.amount;
  if (payment.isPaid() && amount <= 0n) {
    // The client has it by another refund or a lost dispute. The fact `refund_failed` tells booking, which promised it.
    const refund = Refund.inVain(payment, { ...wish, amount: wish.amount ?? payment.amount }, app.now());
    tx.add(refund);
    return recordEffect(tx, refund.giveUp(payment, app.now()));
  }
  const debt = orNothing(amount - payment.deposit);
  await requestRefund(tx, Refund.request(payment, { left, debt }, { ...wish, amount }, app.now()));
}

/** Stores a refund and owes the job that sends it, or asks about it, until it has arrived or failed. */
export async function requestRefund(tx: Tx, refund: Refund): Promise<void> {
  tx.add(refund);
  tx.later("send-refund", refund.id);
  await tx.em.flush(); // ledger entries refer to it
}

async function lostOf(tx: Tx, { id }: Payment): Promise<bigint> {
  const text = "select coalesce(sum(amount), 0) as lost from dispute where payment_id = $1 and status = 'LOST'";
  return BigInt((await tx.sql<{ lost: string }>(text, [id]))[0]!.lost);
}

/** What a further refund can be for; true only while the payment's row is locked. What a lost dispute gave to the client is not left, either. */
export async function roomFor(tx: Tx, payment: Payment): Promise<Room> {
  const [row] = await tx.sql<{ gone: string; debt: string }>(
    `select coalesce(sum(amount) filter (where status <> 'FAILED'), 0) as gone,
       coalesce(sum(debt) filter (where status = 'REQUESTED'), 0) as debt
     from refund where payment_id = $1`,
    [payment.id],
  );
  const left = payment.amount - BigInt(row!.gone) - (await lostOf(tx, payment));
  return { left: orNothing(left), debt: orNothing(payment.owed - BigInt(row!.debt)) };
}

const orNothing = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
