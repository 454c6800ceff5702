import type { Tx } from "@lacio/chassis/db";
import type { Effect, Posting } from "../domain/effect.ts";

/** Tells the fact and writes the ledger, both with the change itself. */
export async function recordEffect(tx: Tx, { fact, posting }: Effect): Promise<void> {
  if (posting) await post(tx, posting);
  if (fact) tx.emit(fact);
}

async function post(tx: Tx, { id, debit, credit, amount, currency, paymentId, refundId }: Posting): Promise<void> {
  await tx.sql(
    `insert into ledger_entry (transaction_id, account, debit, credit, currency, payment_id, refund_id)
     values ($1, $2, $4, 0, $5, $6, $7), ($1, $3, 0, $4, $5, $6, $7)`,
    [id, debit, credit, amount, currency, paymentId, refundId ?? null],
  );
}
