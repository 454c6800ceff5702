import type { App } from "../app.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { Payment } from "../domain/payment.ts";

/**
 * The checkout of a payment whose row is committed already; FAILED when the provider will never open one.
 * The provider gives the same checkout however often it is asked, so whoever comes after a crash simply asks again.
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
