import type { Tx } from "@lacio/chassis/db";
import { LockMode } from "@mikro-orm/core";
import { failedRefunds, mismatches } from "../alerts.ts";
import type { App } from "../app.ts";
import type { Effect } from "../domain/effect.ts";
import { Payment, type Decline } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import { recordEffect } from "./record-effect.ts";

/** What the provider says happened, whichever way we heard of it: webhook, answer or question. */
export type ProviderChange = PaymentChange | RefundChange;

type PaymentChange = { paymentId: string } & (
  { kind: "paid"; intentId: string; amount: bigint; currency: string } | { kind: "declined"; decline: Decline } | { kind: "expired" }
);

type RefundChange = { refundId: string } & (
  | { kind: "refund_sent"; providerRefundId: string }
  | { kind: "refunded"; providerRefundId: string }
  | { kind: "refund_failed"; providerRefundId: string | null; failure: string }
);

/** Whether our books changed; "unknown" when it is about nothing of ours. */
export type Applied = "changed" | "unchanged" | "unknown" | "mismatch";

export async function applyChange(app: App, tx: Tx, change: ProviderChange): Promise<Applied> {
  const applied = "refundId" in change ? await applyToRefund(app, tx, change) : await applyToPayment(app, tx, change);
  await tx.em.flush();
  return applied;
}

async function applyToPayment(app: App, tx: Tx, change: PaymentChange): Promise<Applied> {
  const payment = await tx.em.findOne(Payment, { id: change.paymentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!payment) return "unknown";
  if (change.kind === "declined") return record(tx, payment.decline(change.decline));
  if (change.kind === "expired") return record(tx, payment.fail("The checkout was closed before it was paid.", app.now()));
  if (payment.costs(change.amount, change.currency)) return record(tx, payment.succeed(change.intentId, app.now()));
  mismatches.inc();
  app.log.error(
    { payment_id: payment.id, paid: `${change.amount} ${change.currency}`, due: `${payment.amount} ${payment.currency}` },
    "ALERT: a payment has the wrong amount; it needs a person",
  );
  return "mismatch";
}

async function applyToRefund(app: App, tx: Tx, change: RefundChange): Promise<Applied> {
  const [row] = await tx.sql<{ payment_id: string }>("select payment_id from refund where id = $1", [change.refundId]);
  if (!row) return "unknown";
  const payment = await tx.lock(Payment, { id: row.payment_id });
  const refund = await tx.lock(Refund, { id: change.refundId });
  if (change.kind === "refund_sent") return record(tx, refund.sent(change.providerRefundId));
  if (change.kind === "refunded") return record(tx, refund.succeed(payment, change.providerRefundId, app.now()));
  const applied = await record(tx, refund.fail(payment, change.providerRefundId, change.failure, app.now()));
  if (applied === "changed") {
    failedRefunds.inc();
    app.log.error({ refund_id: refund.id, failure: change.failure }, "ALERT: a refund failed; it needs a person");
  }
  return applied;
}

async function record(tx: Tx, effect: Effect | undefined): Promise<Applied> {
  if (!effect) return "unchanged";
  await recordEffect(tx, effect);
  return "changed";
}
