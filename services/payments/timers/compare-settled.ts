import { mismatches } from "../alerts.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { applyChanges } from "../settlement/apply-change.ts";
import type { ProviderChange } from "../provider/provider-change.ts";
import type { Which } from "./settle-pending.ts";

/** After so many days a card's payment can be neither refunded nor disputed any more. */
const watchedDays = 400;

export const settledPayments = (app: App, which: Which) =>
  app.db.sql<{ id: string }>(
    "select id from payment where next_check_at is not null and ($1 or next_check_at <= now()) order by next_check_at limit 200",
    [which === "all"],
  );

/** Asks what became of the money of a paid payment since, so that a refund or dispute nobody told us of is only slow. Answers whether it changed. */
export async function compareSettled(app: App, id: string): Promise<boolean> {
  await app.db.sql(
    `update payment set checked_at = now(), next_check_at = case when settled_at > now() - interval '${watchedDays} days'
       then now() + greatest($2 * interval '1 second', (now() - settled_at) / 4) end where id = $1`,
    [id, app.config.reconcileSeconds],
  );
  const seen = await app.db.read().findOneOrFail(Payment, { id });
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
