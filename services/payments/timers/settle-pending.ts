import { mismatches } from "../alerts.ts";
import type { App } from "../app.ts";
import { applyChanges } from "../settlement/apply-change.ts";
import { openCheckout } from "../settlement/open-checkout.ts";
import { Payment } from "../domain/payment.ts";
import { ProviderRefusal } from "../provider/refusal.ts";

const batch = 200;

// Due: a checkout whose time has just ended; one that a crash left without its session; else at every turn in the first hour, then ever less often.
const isDue = `case
  when checkout_expires_at <= now() and coalesce(checked_at, '-infinity') < checkout_expires_at then true
  when session_id is null then greatest(created_at, checked_at) < now() - interval '30 seconds'
  else coalesce(checked_at, created_at) < now() - greatest($2 * interval '1 second',
    case when created_at < now() - interval '1 hour' then (now() - created_at) / 4 else interval '0' end) end`;

/** "all": also those that were asked about a moment ago. */
export type Which = "due" | "all";

export const pendingPayments = (app: App, which: Which) =>
  app.db.sql<{ id: string }>(
    `select id from payment where status = 'PENDING' and ($1 or ${isDue}) order by coalesce(checked_at, created_at) limit ${batch}`,
    [which === "all", app.config.reconcileSeconds],
  );

/** Asks how a checkout stands, and closes it when its time is over. Answers whether the payment changed. */
export async function settlePending(app: App, id: string): Promise<boolean> {
  await app.db.sql("update payment set checked_at = $2 where id = $1", [id, app.now()]);
  const stored = await app.db.read().findOneOrFail(Payment, { id });
  try {
    const { sessionId, checkoutExpiresAt } = stored.sessionId ? stored : await openCheckout(app, stored);
    if (!sessionId) return true; // the provider opens none, so the payment has failed
    const over = checkoutExpiresAt <= app.now();
    const changes = over ? await app.stripe.closeCheckout(sessionId) : await app.stripe.changesOf(sessionId);
    return await app.transact((tx) => applyChanges(app, tx, changes));
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    mismatches.inc();
    app.log.error({ err: error, payment_id: id }, "ALERT: the provider does not know this payment's checkout; it needs a person");
    return false;
  }
}
