import type { Tx } from "@lacio/chassis/db";
import type { Effect, Posting } from "../domain/effect.ts";

/** Tells the fact and writes the ledger, both with the change itself. */
export async function recordEffect(tx: Tx, { fact, posting }: Effect): Promise<void> {
  if (posting) await post(tx, posting);
  if (fact) tx.emit(fact);
}

async function post(tx: Tx, { id, debit, credit, currency, paymentId, refundId }: Posting): Promise<void> {
  const sides = [
    ...Object.entries(debit).map((entry) => [...entry, 0n] as const),
    ...Object.entries(credit).map(([to, sum]) => [to, 0n, sum] as const),
  ];
  for (const [account, debited, credited] of sides) {
    if (debited === 0n && credited === 0n) continue;
    await tx.sql(
      `insert into ledger_entry (transaction_id, account, debit, credit, currency, payment_id, refund_id)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [id, account, debited, credited, currency, paymentId, refundId ?? null],
    );
  }
}
