import type Stripe from "stripe";
import { validate } from "uuid";
import type { ProviderChange } from "../settlement/apply-change.ts";

/** What an event means to us: nothing, when it is of a kind we do not need or about something that is not ours. */
export function eventChanges({ type, created, data }: Stripe.Event): ProviderChange[] {
  switch (type) {
    case "checkout.session.completed":
    case "checkout.session.async_payment_succeeded":
    case "checkout.session.expired":
      return sessionChanges(data.object);
    // A transfer that took its time and did not come: the checkout is complete and cannot be used again.
    case "checkout.session.async_payment_failed":
      return sessionChanges({ ...data.object, status: "expired" });
    case "payment_intent.succeeded":
    case "payment_intent.payment_failed":
      return intentChanges(data.object, created);
    case "refund.created":
    case "refund.updated":
    case "refund.failed":
      return [refundChange(data.object)].filter((change) => change !== undefined);
    default:
      return [];
  }
}

export function sessionChanges(session: Stripe.Checkout.Session): ProviderChange[] {
  const paymentId = idIn(session.metadata, "payment_id");
  if (!paymentId) return [];
  const intent = session.payment_intent;
  if (session.status === "complete" && session.payment_status === "paid") {
    const intentId = typeof intent === "string" ? intent : (intent?.id ?? "");
    return [{ kind: "paid", paymentId, intentId, ...money(session.amount_total ?? 0, session.currency ?? "") }];
  }
  const tried = intent && typeof intent === "object" ? intentChanges(intent, intent.created) : [];
  return session.status === "expired" ? [...tried, { kind: "expired", paymentId }] : tried;
}

function intentChanges(intent: Stripe.PaymentIntent, at: number): ProviderChange[] {
  const paymentId = idIn(intent.metadata, "payment_id");
  if (!paymentId) return [];
  if (intent.status === "succeeded")
    return [{ kind: "paid", paymentId, intentId: intent.id, ...money(intent.amount_received, intent.currency) }];
  const error = intent.last_payment_error;
  if (!error) return [];
  const { charge, code, decline_code: declineCode, message, payment_method: method } = error;
  // Without a charge the bank was never asked (a failed 3-D Secure, say): then the card as typed in tells the attempts apart.
  const id = charge ?? method?.id ?? intent.id;
  return [
    { kind: "declined", paymentId, decline: { id, at, code: declineCode ?? code ?? "declined", message: message ?? code ?? "declined" } },
  ];
}

export function refundChange(refund: Stripe.Refund): ProviderChange | undefined {
  const refundId = idIn(refund.metadata, "refund_id");
  if (!refundId) return undefined;
  const providerRefundId = refund.id;
  switch (refund.status) {
    case "succeeded":
      return { kind: "refunded", refundId, providerRefundId };
    case "failed":
    case "canceled":
      return { kind: "refund_failed", refundId, providerRefundId, failure: refund.failure_reason ?? refund.status };
    default:
      return { kind: "refund_sent", refundId, providerRefundId };
  }
}

// Others may use the same Stripe account: what does not carry an id of our shape is theirs.
function idIn(metadata: Stripe.Metadata | null, name: string): string | undefined {
  const id = metadata?.[name];
  return validate(id) ? id : undefined;
}

const money = (amount: number, currency: string) => ({ amount: BigInt(amount), currency: currency.toUpperCase() });
