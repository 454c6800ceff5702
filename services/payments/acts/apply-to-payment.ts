import type { Tx } from "@lacio/chassis/db";
import { LockMode } from "@mikro-orm/core";
import { mismatches } from "../alerts.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import type { PaymentChange } from "../provider/provider-change.ts";
import { record, type Applied } from "./record-effect.ts";

export async function applyToPayment(app: App, tx: Tx, change: PaymentChange): Promise<Applied> {
  const payment = await tx.em.findOne(Payment, { id: change.paymentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!payment) return "unknown";
  if (change.kind === "declined") return record(tx, payment.decline(change.decline));
  if (change.kind === "expired") return record(tx, payment.fail("The checkout was closed before it was paid.", app.now()));
  if (payment.costs(change.amount, change.currency)) {
    const applied = await record(tx, payment.succeed(change.intentId, app.now()));
    if (applied === "changed") {
      tx.later("compare-payment", payment.id, { seconds: 60 });
      await hearAgain(tx, change.intentId);
    }
    return applied;
  }
  mismatches.inc();
  app.log.error(
    { payment_id: payment.id, paid: `${change.amount} ${change.currency}`, due: `${payment.amount} ${payment.currency}` },
    "ALERT: a payment has the wrong amount; it needs a person",
  );
  return "mismatch";
}

// Events come in any order: what was heard of this intent while nobody knew whose it is.
async function hearAgain(tx: Tx, intentId: string): Promise<void> {
  const unknown = await tx.sql<{ id: string }>(
    `update provider_event set processed_at = null, error = null
     where error = 'unknown' and payload #>> '{data,object,payment_intent}' = $1 returning id`,
    [intentId],
  );
  for (const { id } of unknown) tx.later("process-event", id);
}
