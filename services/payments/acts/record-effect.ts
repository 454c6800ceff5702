import type { Tx } from "@lacio/chassis/db";
import type { Effect, Posting } from "../domain/effect.ts";

/** What a change of the provider did to our books; "unknown": it is about no payment that we know, "mismatch": it is left to a person. */
export type Applied = "changed" | "unchanged" | "unknown" | "mismatch";

export async function record(tx: Tx, ...effects: (Effect | undefined)[]): Promise<Applied> {
  const made = effects.filter((effect) => effect !== undefined);
  for (const effect of made) await recordEffect(tx, effect);
  return made.length > 0 ? "changed" : "unchanged";
}

/** Writes the ledger and the outbox in the transaction of the change itself. */
export async function recordEffect(tx: Tx, { fact, posting }: Effect): Promise<void> {
  if (posting) await post(tx, posting);
  if (fact) tx.emit(fact);
}

async function post(tx: Tx, { id, debit, credit, currency, paymentId, refundId }: Posting): Promise<void> {
  const sides = [
    ...Object.entries(debit).map(([account, sum]) => ({ account, debit: sum, credit: 0n })),
    ...Object.entries(credit).map(([account, sum]) => ({ account, debit: 0n, credit: sum })),
  ].filter((side) => side.debit + side.credit > 0n);
  if (sides.length === 0) return;
  await tx.sql(
    `insert into ledger_entry (transaction_id, account, debit, credit, currency, payment_id, refund_id)
     select $1, account, debit, credit, $5, $6, $7 from unnest($2::text[], $3::bigint[], $4::bigint[]) as side (account, debit, credit)`,
    [
      id,
      sides.map((side) => side.account),
      sides.map((side) => side.debit),
      sides.map((side) => side.credit),
      currency,
      paymentId,
      refundId ?? null,
    ],
  );
}
