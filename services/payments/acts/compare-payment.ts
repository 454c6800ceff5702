import { mismatches } from "../metrics.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import type { ProviderChange } from "../provider/changes.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { applyChanges } from "./apply-change.ts";

/** After 400 days a card's payment can be neither refunded nor disputed: one that was paid before is not asked about. */
export const watchedSince = (now: Date): Date => new Date(now.getTime() - 400 * 86_400_000);

/** Asks the provider for all refunds and disputes of a paid payment, applies them and compares the balance. Answers whether anything changed. */
export async function comparePaid(app: App, id: string): Promise<boolean> {
  const seen = await app.transact(async (tx) => {
    const payment = await tx.lock(Payment, { id });
    payment.check(app.now());
    return payment;
  });
  try {
    const { received, currency, changes } = await app.stripe.standing(seen.intentId!);
    return await app.transact(async (tx) => {
      const changed = await applyChanges(app, tx, changes);
      const payment = await tx.lock(Payment, { id });
      const held = changes.reduce((sum, change) => sum - takenBy(change), received);
      const agree = held === payment.amount - payment.refunded - payment.disputed && currency === payment.currency;
      // Optimistic: where the row changed since we asked, the answer is outdated, and the next question compares again.
      if (!agree && payment.revision === seen.revision) alertMismatch(app, id, `the provider holds ${held} of ${received} ${currency}`);
      return changed;
    });
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    alertMismatch(app, id, error.message);
    return false;
  }
}

// What a change took from the money that the provider holds. `standing` finds refunds by intent, so `made` is set.
const takenBy = (change: ProviderChange): bigint => {
  if (change.kind === "refunded") return change.made!.amount;
  return change.kind === "disputed" && change.become !== "WON" ? change.amount : 0n;
};

function alertMismatch(app: App, paymentId: string, provider: string): void {
  mismatches.inc();
  app.log.error({ payment_id: paymentId, provider }, "ALERT: provider and books do not agree on a payment; it needs a person");
}
