import { mismatches } from "../metrics.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { applyChanges } from "./apply-change.ts";

/**
 * Opens the checkout of a payment whose row is committed already; the payment is FAILED when the provider refuses to.
 * The idempotency key is made of the payment's id: a retry, also after a crash, gets the same checkout.
 */
export async function openCheckout(app: App, payment: Payment): Promise<Payment> {
  try {
    const { sessionId, url } = await app.stripe.openCheckout(payment);
    return await change(app, payment.id, (stored) => stored.checkoutOpened(sessionId, url));
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    app.log.error({ err: error, payment_id: payment.id }, "the provider opens no checkout");
    return change(app, payment.id, (stored) => void stored.fail(error.message, app.now()));
  }
}

const change = (app: App, id: string, work: (payment: Payment) => void): Promise<Payment> =>
  app.transact(async (tx) => {
    const payment = await tx.lock(Payment, { id });
    work(payment);
    return payment;
  });

/** Asks the provider for a checkout's state, and closes the checkout when its time is over. Answers whether the payment changed. */
export async function settlePending(app: App, id: string): Promise<boolean> {
  const stored = await app.transact(async (tx) => {
    const payment = await tx.lock(Payment, { id });
    payment.check(app.now());
    return payment;
  });
  if (stored.status !== "PENDING") return false; // settled since the caller read it
  try {
    const { sessionId, checkoutExpiresAt } = stored.sessionId ? stored : await openCheckout(app, stored);
    if (!sessionId) return true; // refused by the provider: the payment has failed
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

const hourMs = 3_600_000;

/** When to ask about a pending payment again: often in its first hour, then ever less often; and when its checkout's time ends. */
export function nextCheck(app: App, { createdAt, checkoutExpiresAt }: Payment): Date {
  const now = app.now().getTime();
  const age = now - createdAt.getTime();
  const next = now + Math.max(app.config.reconcileSeconds * 1_000, age > hourMs ? age / 4 : 0);
  const ends = checkoutExpiresAt.getTime();
  return new Date(ends > now ? Math.min(ends, next) : next);
}
