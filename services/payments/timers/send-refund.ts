import { failpoint } from "@lacio/chassis/failpoint";
import type { Job } from "@lacio/chassis/jobs";
import { applyChanges } from "../acts/apply-change.ts";
import { handleRefusedRefund } from "../acts/handle-refused-refund.ts";
import type { App } from "../app.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import type { ProviderChange } from "../provider/changes.ts";
import { ProviderRefusal } from "../provider/refusal.ts";

const hour = 3_600;

/** Sends a requested refund, or asks about one that is pending at the provider. */
export const sendRefund = (app: App): Job["run"] =>
  async function sendRefund(id, { end }) {
    // While a bank holds the money because of a dispute, there is nothing to send: the end of the dispute owes this job anew, in its own
    // transaction.
    if (await isDisputed(app, id)) return;
    // The try is committed before the provider is called: after a crash the refund is looked up there before it is requested again.
    const refund = await change(app, id, (refund) => (refund.beginTry() ? refund : undefined));
    if (!refund) return;
    const { intentId } = await app.db.read().findOneOrFail(Payment, { id: refund.paymentId });
    const changes = await askProvider(app, refund, intentId!);
    failpoint("refund.after_provider_before_settle");
    await end(async (tx) => {
      await applyChanges(app, tx, changes);
      const { status, tries } = await tx.lock(Refund, { id });
      if (status === "REQUESTED") tx.later("send-refund", id, { seconds: Math.min(2 ** tries, hour) });
    });
  };

async function isDisputed(app: App, refundId: string): Promise<boolean> {
  const open = "select 1 from refund join dispute using (payment_id) where refund.id = $1 and dispute.status = 'OPEN'";
  return (await app.db.sql(open, [refundId])).length > 0;
}

async function askProvider(app: App, refund: Refund, intentId: string): Promise<ProviderChange[]> {
  if (refund.providerRefundId) return app.stripe.changesOfRefund(refund.providerRefundId);
  // The provider keeps idempotency keys for a day, but refunds for ever: a retry looks for the refund first.
  const made = refund.tries > 1 ? await app.stripe.findRefund(refund, intentId) : [];
  if (made.length > 0) return made;
  try {
    return await app.stripe.refund(refund, intentId);
  } catch (error) {
    if (!(error instanceof ProviderRefusal)) throw error;
    if (error.kind === "refused") return handleRefusedRefund(app, refund, intentId, error.message);
    const lost = await app.stripe.findRefund(refund, intentId);
    return lost.length > 0 ? lost : takeNewKey(app, refund);
  }
}

async function takeNewKey(app: App, { id }: Refund): Promise<[]> {
  await change(app, id, (refund) => refund.takeNewKey());
  app.log.warn({ refund_id: id }, "the provider's answer to a refund was lost and there is none: trying with a new key");
  return [];
}

const change = <T>(app: App, id: string, work: (refund: Refund) => T): Promise<T> =>
  app.transact(async (tx) => work(await tx.lock(Refund, { id })));
