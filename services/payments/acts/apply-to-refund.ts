import type { Tx } from "@lacio/chassis/db";
import { LockMode } from "@mikro-orm/core";
import { failedRefunds } from "../metrics.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import type { RefundChange } from "../provider/changes.ts";
import { requestRefund, roomFor } from "./decide-refund.ts";
import { record, type Applied } from "./record-effect.ts";

export async function applyToRefund(app: App, tx: Tx, change: RefundChange): Promise<Applied> {
  const found = (await ours(tx, change.refundId)) ?? (await madeAtProvider(app, tx, change));
  if (!found) return "unknown";
  const { payment, refund, isNew } = found;
  const waited = refund.status === "REQUESTED";
  const applied = await record(tx, effectOf(app, payment, refund, change), isNew ? {} : undefined);
  // handle-refused-refund.ts may have made others wait for its end.
  if (waited && refund.status !== "REQUESTED") await sendOthers(tx, payment.id, refund.id);
  if (applied === "changed" && change.kind === "refund_failed") {
    failedRefunds.inc();
    app.log.error({ refund_id: refund.id, failure: refund.failure }, "ALERT: a refund failed; it needs a person");
  }
  return applied;
}

/** Owes the jobs of a payment's waiting refunds anew, so that they are tried now; but for `except`. */
export async function sendOthers(tx: Tx, paymentId: string, except?: string): Promise<void> {
  const waiting = await tx.sql<{ id: string }>("select id from refund where payment_id = $1 and status = 'REQUESTED'", [paymentId]);
  for (const { id } of waiting) if (id !== except) tx.later("send-refund", id);
}

function effectOf(app: App, payment: Payment, refund: Refund, change: RefundChange) {
  switch (change.kind) {
    case "refund_sent":
      return refund.sent(change.providerRefundId);
    case "refunded":
      return refund.succeed(payment, change.providerRefundId, app.now());
    case "refund_failed":
      return refund.fail(payment, change.providerRefundId, change.failure, app.now());
  }
}

type Found = { payment: Payment; refund: Refund; isNew?: boolean };

async function ours(tx: Tx, refundId: string | undefined): Promise<Found | undefined> {
  if (!refundId) return undefined;
  const [row] = await tx.sql<{ payment_id: string }>("select payment_id from refund where id = $1", [refundId]);
  if (!row) return undefined;
  const payment = await tx.lock(Payment, { id: row.payment_id });
  return { payment, refund: await tx.lock(Refund, { id: refundId }) };
}

async function madeAtProvider(app: App, tx: Tx, { made, providerRefundId }: RefundChange): Promise<Found | undefined> {
  if (!made || !providerRefundId) return undefined;
  const payment = await paymentOfIntent(tx, made.intentId);
  if (!payment) return undefined;
  const known = await tx.find(Refund, { cause: `provider:${providerRefundId}` });
  if (known) return { payment, refund: known };
  const refund = Refund.madeAtProvider(payment, await roomFor(tx, payment), providerRefundId, made.amount, app.now());
  await requestRefund(tx, refund);
  return { payment, refund, isNew: true };
}

/** The paid payment of a provider's intent, locked; null for one that is not ours. */
export const paymentOfIntent = (tx: Tx, intentId: string): Promise<Payment | null> =>
  tx.em.findOne(Payment, { intentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
