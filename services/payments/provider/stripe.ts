import { unavailable } from "@lacio/chassis/errors";
import Stripe from "stripe";
import type { Payment } from "../domain/payment.ts";
import type { Refund } from "../domain/refund.ts";
import { checkoutOf, type CheckoutConfig } from "./checkout.ts";
import { disputeChanges, refundChanges, sessionChanges } from "./changes.ts";
import type { ProviderChange } from "./provider-change.ts";
import { ProviderRefusal } from "./refusal.ts";

type Config = CheckoutConfig & {
  stripeSecretKey: string;
  stripeWebhookSecrets: string[];
  stripeApiUrl: string | undefined;
  stripeTimeoutMs: number;
};

const webhookToleranceSeconds = 300;

export type Provider = ReturnType<typeof createProvider>;

/** Everything we ask Stripe. Nothing here may be called inside a transaction. */
export function createProvider(config: Config) {
  const sdk = new Stripe(config.stripeSecretKey, {
    ...address(config.stripeApiUrl),
    maxNetworkRetries: 2,
    timeout: config.stripeTimeoutMs,
  });

  async function changesOf(sessionId: string): Promise<ProviderChange[]> {
    return sessionChanges(await ask(() => sdk.checkout.sessions.retrieve(sessionId, { expand: ["payment_intent"] })));
  }

  // A payment has a handful; nobody makes a thousand of one.
  const allRefunds = (intentId: string): Promise<Stripe.Refund[]> =>
    ask(() => sdk.refunds.list({ payment_intent: intentId, limit: 100 }).autoPagingToArray({ limit: 1_000 }));

  return {
    async openCheckout(payment: Payment): Promise<{ sessionId: string; url: string | null }> {
      const session = await ask(() =>
        sdk.checkout.sessions.create(checkoutOf(payment, config), { idempotencyKey: `payment:${payment.id}:session` }),
      );
      return { sessionId: session.id, url: session.url };
    },

    /** How a checkout stands. */
    changesOf,

    /** Closes a checkout; tells how it ended when it was over already. */
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

    /** The refund when an earlier try had made it. */
    async findRefund(refund: Refund, intentId: string): Promise<ProviderChange[]> {
      const made = (await allRefunds(intentId)).find(({ metadata }) => metadata?.["refund_id"] === refund.id);
      return made ? refundChanges(made) : [];
    },

    changesOfRefund: async (providerRefundId: string) => refundChanges(await ask(() => sdk.refunds.retrieve(providerRefundId))),

    /** What became of a payment's money: what was received, in minor units, and all that anybody did with it since. */
    async standing(intentId: string): Promise<{ received: bigint; currency: string; changes: ProviderChange[] }> {
      const intent = await ask(() => sdk.paymentIntents.retrieve(intentId, { expand: ["latest_charge"] }));
      const { amount_received: received, currency, latest_charge: charge } = intent;
      const refunds = await allRefunds(intentId);
      const disputed = charge && typeof charge === "object" && charge.disputed;
      const disputes = disputed ? (await ask(() => sdk.disputes.list({ payment_intent: intentId, limit: 100 }))).data : [];
      // Oldest first, as they were made: one that came back leaves room for those after it. Stripe lists the newest first.
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

async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof Stripe.errors.StripeError ? meaningOf(error) : error;
  }
}

function meaningOf(error: Stripe.errors.StripeError): Error {
  const { statusCode = 0, headers } = error;
  const conflict = statusCode === 409; // the first request with this key is still at work
  if (error instanceof Stripe.errors.StripeIdempotencyError && !conflict) return new ProviderRefusal("key_spent", error.message, error);
  if (error instanceof Stripe.errors.StripeInvalidRequestError && !conflict) return new ProviderRefusal("refused", error.message, error);
  // Stripe remembers a failure as it remembers a success: this key will never bring anything else.
  if (statusCode >= 500 && headers?.["idempotent-replayed"] === "true") return new ProviderRefusal("key_spent", error.message, error);
  return unavailable("The payment provider cannot be reached; try again shortly.", error);
}
