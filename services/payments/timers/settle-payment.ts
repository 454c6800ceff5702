import type { Job } from "@lacio/chassis/jobs";
import { mismatches } from "../alerts.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { applyChanges } from "../acts/apply-change.ts";
import { openCheckout } from "../acts/open-checkout.ts";

const opensWithinMs = 30_000;
const hourMs = 3_600_000;

/** Asks about a pending payment, so that a lost webhook is only slow: often in the first hour, then ever less often. */
export const settlePayment =
  (app: App): Job["run"] =>
  async (id) => {
    const seen = await app.db.read().findOneOrFail(Payment, { id });
    if (seen.status !== "PENDING") return;
    const opening = new Date(seen.createdAt.getTime() + opensWithinMs);
    if (!seen.sessionId && opening > app.now()) return opening; // whoever started it is about to
    await settlePending(app, id);
    const payment = await app.db.read().findOneOrFail(Payment, { id });
    return payment.status === "PENDING" ? nextCheck(app, payment) : undefined;
  };

/** Asks how a checkout stands, and closes it when its time is over. Answers whether the payment changed. */
export async function settlePending(app: App, id: string): Promise<boolean> {
  const stored = await app.transact(async (tx) => {
    const payment = await tx.lock(Payment, { id });
    payment.check(app.now());
    return payment;
  });
  if (stored.status !== "PENDING") return false; // it was settled a moment ago
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

/** A checkout is closed the moment its time ends. */
export function nextCheck(app: App, { createdAt, checkoutExpiresAt }: Payment): Date {
  const now = app.now().getTime();
  const age = now - createdAt.getTime();
  const next = now + Math.max(app.config.reconcileSeconds * 1_000, age > hourMs ? age / 4 : 0);
  const ends = checkoutExpiresAt.getTime();
  return new Date(ends > now ? Math.min(ends, next) : next);
}
