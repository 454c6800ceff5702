import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import type { Effect } from "../domain/effect.ts";
import { applyToDispute, type DisputeChange } from "./apply-to-dispute.ts";
import { applyToPayment, type PaymentChange } from "./apply-to-payment.ts";
import { applyToRefund, type RefundChange } from "./apply-to-refund.ts";
import { recordEffect } from "./record-effect.ts";

/** What the provider says happened, whichever way we heard of it: webhook, answer or question. */
export type ProviderChange = PaymentChange | RefundChange | DisputeChange;

/** Whether our books changed; "unknown" when it is about nothing of ours. */
export type Applied = "changed" | "unchanged" | "unknown" | "mismatch";

export async function applyChange(app: App, tx: Tx, change: ProviderChange): Promise<Applied> {
  const applied = await apply(app, tx, change);
  await tx.em.flush();
  return applied;
}

/** Several that belong together; "changed" when one of them did. */
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

export async function record(tx: Tx, ...effects: (Effect | undefined)[]): Promise<Applied> {
  const made = effects.filter((effect) => effect !== undefined);
  for (const effect of made) await recordEffect(tx, effect);
  return made.length > 0 ? "changed" : "unchanged";
}
