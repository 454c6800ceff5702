import type { Tx } from "@lacio/chassis/db";
import { LockMode } from "@mikro-orm/core";
import { mismatches } from "../metrics.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import type { PaymentChange, ProviderChange } from "../provider/changes.ts";
import { applyToDispute } from "./apply-to-dispute.ts";
import { applyToRefund } from "./apply-to-refund.ts";
import { record, type Applied } from "./record-effect.ts";

/** Applies what the provider says to our books. It may come late, repeated and out of order: the entities decide what is new. */
export async function applyChange(app: App, tx: Tx, change: ProviderChange): Promise<Applied> {
  const applied = await apply(app, tx, change);
  await tx.em.flush(); // the SQL of the next change reads these rows
  return applied;
}

/** Applies several in turn. Answers whether one of them changed anything. */
export async function applyChanges(app: App, tx: Tx, changes: ProviderChange[]): Promise<boolean> {
  const applied = [];
  for (const change of changes) applied.push(await applyChange(app, tx, change));
  return applied.includes("changed");
}

function apply(app: App, tx: Tx, change: ProviderChange): Promise<Applied> {
  switch (change.kind) {
    case "paid":
    case "declined":
    case "expired":
      return applyToPayment(app, tx, change);
    case "disputed":
      return applyToDispute(app, tx, change);
    default:
      return applyToRefund(app, tx, change);
  }
}

async function applyToPayment(app: App, tx: Tx, change: PaymentChange): Promise<Applied> {
  const payment = await tx.em.findOne(Payment, { id: change.paymentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!payment) return "unknown";
  if (change.kind === "declined") return record(tx, payment.decline(change.decline));
  if (change.kind === "expired") return record(tx, payment.fail("The checkout was closed before it was paid.", app.now()));
  if (payment.costs(change.amount, change.currency)) {
    const applied = await record(tx, payment.succeed(change.intentId, app.now()));
    if (applied === "changed") {
      tx.later("compare-payment", payment.id, { seconds: 60 });
      await processUnknown(tx, change.intentId);
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

// Events come in any order: those of refunds and disputes that came before we knew whose this intent is are processed again.
async function processUnknown(tx: Tx, intentId: string): Promise<void> {
  const unknown = await tx.sql<{ id: string }>(
    `update provider_event set processed_at = null, error = null
     where error = 'unknown' and payload #>> '{data,object,payment_intent}' = $1 returning id`,
    [intentId],
  );
  for (const { id } of unknown) tx.later("process-event", id);
}
