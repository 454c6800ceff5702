import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import type { ProviderChange } from "../provider/changes.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { applyChanges } from "./apply-change.ts";
import { record } from "./record-effect.ts";

/**
 * The provider refuses a refund. There may have been refunds or disputes that we have not heard of: what is left is asked for before this one fails.
 * Answers the changes that the caller is still to apply.
 */
export async function handleRefusedRefund(
  app: App,
  { id, paymentId }: Refund,
  intentId: string,
  failure: string,
): Promise<ProviderChange[]> {
  const changes = await standingOf(app, intentId);
  return app.transact(async (tx) => {
    await applyChanges(app, tx, changes);
    const payment = await tx.lock(Payment, { id: paymentId });
    const refund = await tx.lock(Refund, { id });
    if (refund.status !== "REQUESTED") return [];
    const { amount, failure: before } = refund;
    const left = payment.amount - payment.refunded - payment.disputed;
    const undecided = await isUndecided(tx, paymentId, id);
    refund.refused(undecided || left < amount ? null : failure);
    if (undecided) return [];
    // It may have had less when it refused, by a refund or dispute that has ended since: so only a second refusal is final.
    if (left >= amount) return before == null ? [] : [{ kind: "refund_failed", refundId: id, providerRefundId: null, failure }];
    if (left > 0n) refund.reduceTo(left);
    else await record(tx, refund.giveUp(payment, app.now()));
    app.log.warn({ refund_id: id, wanted: amount, left }, "the provider had less left than a refund was for");
    return [];
  });
}

/** A bank holds the money, or another refund was accepted and may still fail: this one waits for the outcome. */
async function isUndecided(tx: Tx, paymentId: string, refundId: string): Promise<boolean> {
  const found = await tx.sql(
    `select 1 from dispute where payment_id = $1 and status = 'OPEN' union all
     select 1 from refund where payment_id = $1 and id <> $2 and status = 'REQUESTED' and provider_refund_id is not null`,
    [paymentId, refundId],
  );
  return found.length > 0;
}

async function standingOf(app: App, intentId: string): Promise<ProviderChange[]> {
  try {
    return (await app.stripe.standing(intentId)).changes;
  } catch (error) {
    if (error instanceof ProviderRefusal) return []; // it does not know the payment at all
    throw error;
  }
}
