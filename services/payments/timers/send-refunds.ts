import { isOutage } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import type { App } from "../app.ts";
import { applyChanges } from "../settlement/apply-change.ts";
import type { ProviderChange } from "../provider/provider-change.ts";
import { refundRefused } from "../settlement/refund-refused.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { inWaves } from "./in-waves.ts";

// While a bank has the money of a payment, there is nothing to send.
const isDue = `status = 'REQUESTED' and next_try_at <= now()
  and not exists (select 1 from dispute where dispute.payment_id = refund.payment_id and dispute.status = 'OPEN')`;

/** Carries requested refunds out, and asks about those the provider still works at. */
export async function sendRefunds(app: App, over?: AbortSignal): Promise<void> {
  const waiting = await app.db.sql<{ id: string }>(`select id from refund where ${isDue} order by next_try_at limit 200`);
  await inWaves(
    waiting.map(({ id }) => id),
    (id) => sendRefund(app, id),
    (id, error) => app.log[isOutage(error) ? "warn" : "error"]({ err: error, refund_id: id }, "a refund failed: trying again later"),
    over,
  );
}

async function sendRefund(app: App, id: string): Promise<void> {
  // The try is on record before the provider is asked: whoever comes after a crash looks before asking again. Of two replicas one gets the row.
  const [mine] = await app.db.sql(
    `update refund set tries = tries + 1, next_try_at = now() + least(power(2, least(tries, 12)), 3600) * interval '1 second'
     where id = $1 and ${isDue} returning 1`,
    [id],
  );
  if (!mine) return;
  const em = app.db.read();
  const refund = await em.findOneOrFail(Refund, { id });
  const { intentId } = await em.findOneOrFail(Payment, { id: refund.paymentId });
  const changes = await askProvider(app, refund, intentId!);
  failpoint("refund.after_provider_before_settle");
  await app.transact((tx) => applyChanges(app, tx, changes));
}

async function askProvider(app: App, refund: Refund, intentId: string): Promise<ProviderChange[]> {
  if (refund.providerRefundId) return app.stripe.changesOfRefund(refund.providerRefundId);
  // The provider forgets idempotency keys after a day, but never a refund.
  const made = refund.tries > 1 ? await app.stripe.findRefund(refund, intentId) : [];
  if (made.length > 0) return made;
  try {
    return await app.stripe.refund(refund, intentId);
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    if (error.kind === "refused") return refundRefused(app, refund, intentId, error.message);
    const lost = await app.stripe.findRefund(refund, intentId);
    return lost.length > 0 ? lost : takeNewKey(app, refund);
  }
}

async function takeNewKey(app: App, { id }: Refund): Promise<[]> {
  await app.db.sql("update refund set key_number = key_number + 1 where id = $1", [id]);
  app.log.warn({ refund_id: id }, "the provider's answer to a refund was lost and there is none: trying with a new key");
  return [];
}
