import Stripe from "stripe";
import type { Payment } from "../domain/payment.ts";
import type { Refund } from "../domain/refund.ts";
import { checkoutOf, type CheckoutConfig } from "./checkout.ts";
import { disputeChanges, refundChanges, sessionChanges, type ProviderChange } from "./changes.ts";
import { ask, ProviderRefusal } from "./refusal.ts";

type Config = CheckoutConfig & {
  stripeSecretKey: string;
  stripeWebhookSecrets: string[];
  stripeApiUrl: string | undefined;
  stripeTimeoutMs: number;
};

const webhookToleranceSeconds = 300;

export type Provider = ReturnType<typeof createProvider>;

/** Every call to Stripe. None of them belongs inside a transaction: it would keep its locks for as long as Stripe takes. */
export function createProvider(config: Config) {
  const sdk = new Stripe(config.stripeSecretKey, {
    ...address(config.stripeApiUrl),
    maxNetworkRetries: 2,
    timeout: config.stripeTimeoutMs,
  });

  async function changesOf(sessionId: string): Promise<ProviderChange[]> {
    return sessionChanges(await ask(() => sdk.checkout.sessions.retrieve(sessionId, { expand: ["payment_intent"] })));
  }

  // The SDK wants a limit for all pages together; a payment has a handful.
  const allRefunds = (intentId: string): Promise<Stripe.Refund[]> =>
    ask(() => sdk.refunds.list({ payment_intent: intentId, limit: 100 }).autoPagingToArray({ limit: 1_000 }));

  return {
    async openCheckout(payment: Payment): Promise<{ sessionId: string; url: string | null }> {
      const session = await ask(() =>
        sdk.checkout.sessions.create(checkoutOf(payment, config), { idempotencyKey: `payment:${payment.id}:session` }),
      );
      return { sessionId: session.id, url: session.url };
    },

    /** The state of a checkout. */
    changesOf,

    /** Closes a checkout. Stripe refuses when it was over already: then its state is asked for. */
    async closeCheckout(sessionId: string): Promise<ProviderChange[]> {
      try {
        return sessionChanges(await ask(() => sdk.checkout.sessions.expire(sessionId)));
      } catch (error) {
        if (error instanceof ProviderRefusal) return changesOf(sessionId);
        throw error;
      }
    },

    async refund(refund: Refund, intentId: string): Promise<ProviderChange[]> {
      const made = await ask(() =>
        sdk.refunds.create(
          { payment_intent: intentId, amount: Number(refund.amount), metadata: { refund_id: refund.id, payment_id: refund.paymentId } },
          { idempotencyKey: `refund:${refund.id}:${refund.keyNumber}` },
        ),
      );
      return refundChanges(made);
    },

    /** The refund, if an earlier try made it and its answer was lost. */
    async findRefund(refund: Refund, intentId: string): Promise<ProviderChange[]> {
      const made = (await allRefunds(intentId)).find(({ metadata }) => metadata?.["refund_id"] === refund.id);
      return made ? refundChanges(made) : [];
    },

    changesOfRefund: async (providerRefundId: string) => refundChanges(await ask(() => sdk.refunds.retrieve(providerRefundId))),

    /** Where a payment's money is: what was received, in minor units, and all refunds and disputes since, ours or not. */
    async standing(intentId: string): Promise<{ received: bigint; currency: string; changes: ProviderChange[] }> {
      const intent = await ask(() => sdk.paymentIntents.retrieve(intentId, { expand: ["latest_charge"] }));
      const { amount_received: received, currency, latest_charge: charge } = intent;
      const refunds = await allRefunds(intentId);
      const disputed = charge && typeof charge === "object" && charge.disputed;
      const disputes = disputed ? (await ask(() => sdk.disputes.list({ payment_intent: intentId, limit: 100 }))).data : [];
      // Stripe lists the newest first. Oldest first, as they were made: a returned refund leaves money for the ones after it.
      const changes = [...refunds.toReversed().flatMap(refundChanges), ...disputes.flatMap(disputeChanges)];
      return { received: BigInt(received), currency: currency.toUpperCase(), changes };
    },

    /** The event in a webhook's raw body; undefined when its signature is missing, wrong or too old. */
    readEvent(body: Buffer, signature: string): Stripe.Event | undefined {
      for (const secret of config.stripeWebhookSecrets) {
        try {
          return sdk.webhooks.constructEvent(body, signature, secret, webhookToleranceSeconds);
        } catch (error) {
          if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error;
        }
      }
      return undefined;
    },
  };
}

function address(apiUrl: string | undefined): Stripe.StripeConfig {
  if (!apiUrl) return {};
  const { hostname, port, protocol } = new URL(apiUrl);
  return { host: hostname, ...(port && { port }), protocol: protocol === "http:" ? "http" : "https" };
}
