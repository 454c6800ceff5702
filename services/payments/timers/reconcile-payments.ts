import { isOutage } from "@lacio/chassis/errors";
import { mismatches } from "../alerts.ts";
import type { App } from "../app.ts";
import { applyChange } from "../settlement/apply-change.ts";
import { openCheckout } from "../settlement/open-checkout.ts";
import { Payment } from "../domain/payment.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { inWaves } from "./in-waves.ts";

const batch = 200;

// Due: a checkout whose time has just ended; one that a crash left without its session; else at every turn in the first hour, then ever less often.
const isDue = `case
  when checkout_expires_at <= now() and coalesce(checked_at, '-infinity') < checkout_expires_at then true
  when session_id is null then greatest(created_at, checked_at) < now() - interval '30 seconds'
  else coalesce(checked_at, created_at) < now() - greatest($2 * interval '1 second',
    case when created_at < now() - interval '1 hour' then (now() - created_at) / 4 else interval '0' end) end`;

/** Asks the provider about payments that are still pending, so that a lost webhook is only slow. "all": also those just asked about. */
export async function reconcilePayments(
  app: App,
  which: "due" | "all" = "due",
  over?: AbortSignal,
): Promise<{ checked: number; repaired: number }> {
  const pending = await app.db.sql<{ id: string }>(
    `select id from payment where status = 'PENDING' and ($1 or ${isDue}) order by coalesce(checked_at, created_at) limit ${batch}`,
    [which === "all", app.config.reconcileSeconds],
  );
  const settled = await inWaves(
    pending.map(({ id }) => id),
    (id) => settle(app, id),
    (id, error) =>
      app.log[isOutage(error) ? "warn" : "error"]({ err: error, payment_id: id }, "a pending payment could not be asked about"),
    over,
  );
  const repaired = settled.filter(Boolean).length;
  if (repaired > 0) app.log.info({ checked: pending.length, repaired }, "reconciled");
  return { checked: pending.length, repaired };
}

async function settle(app: App, id: string): Promise<boolean> {
  await app.db.sql("update payment set checked_at = $2 where id = $1", [id, app.now()]);
  const stored = await app.db.read().findOneOrFail(Payment, { id });
  try {
    const { sessionId, checkoutExpiresAt } = stored.sessionId ? stored : await openCheckout(app, stored);
    if (!sessionId) return true; // the provider opens none, so the payment has failed
    const over = checkoutExpiresAt <= app.now();
    const changes = over ? await app.stripe.closeCheckout(sessionId) : await app.stripe.changesOf(sessionId);
    return await app.transact(async (tx) => {
      const applied = [];
      for (const change of changes) applied.push(await applyChange(app, tx, change));
      return applied.includes("changed");
    });
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    mismatches.inc();
    app.log.error({ err: error, payment_id: id }, "ALERT: the provider does not know this payment's checkout; it needs a person");
    return false;
  }
}
