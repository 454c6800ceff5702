import type { Job } from "@lacio/chassis/jobs";
import { mismatches } from "../alerts.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import type { ProviderChange } from "../provider/provider-change.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { applyChanges } from "../acts/apply-change.ts";

/** After so many days a card's payment can be neither refunded nor disputed any more. */
export const watchedDays = 400;
const dayMs = 86_400_000;

/** Asks about a paid payment ever less often, so that a refund or dispute which nobody told us of is only slow. */
export const comparePayment =
  (app: App): Job["run"] =>
  async (id) => {
    await compareSettled(app, id);
    const { settledAt } = await app.db.read().findOneOrFail(Payment, { id });
    const age = app.now().getTime() - settledAt!.getTime();
    if (age > watchedDays * dayMs) return undefined;
    return new Date(app.now().getTime() + Math.max(app.config.reconcileSeconds * 1_000, age / 4));
  };

/** Asks what became of the money of a paid payment since. Answers whether it changed. */
export async function compareSettled(app: App, id: string): Promise<boolean> {
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
      const held = changes.reduce((sum, change) => sum - gone(change), received);
      const agree = held === payment.amount - payment.refunded - payment.disputed && currency === payment.currency;
      // What changed while we asked is asked about again.
      if (!agree && payment.revision === seen.revision) alert(app, id, `the provider holds ${held} of ${received} ${currency}`);
      return changed;
    });
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    alert(app, id, error.message);
    return false;
  }
}

const gone = (change: ProviderChange): bigint => {
  if (change.kind === "refunded") return change.made!.amount;
  return change.kind === "disputed" && change.become !== "WON" ? change.amount : 0n;
};

function alert(app: App, paymentId: string, provider: string): void {
  mismatches.inc();
  app.log.error({ payment_id: paymentId, provider }, "ALERT: provider and books do not agree on a payment; it needs a person");
}
