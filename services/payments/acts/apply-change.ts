import type { Tx } from "@lacio/chassis/db";
import type { App } from "../app.ts";
import type { ProviderChange } from "../provider/provider-change.ts";
import { applyToDispute } from "./apply-to-dispute.ts";
import { applyToPayment } from "./apply-to-payment.ts";
import { applyToRefund } from "./apply-to-refund.ts";
import type { Applied } from "./record-effect.ts";

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
