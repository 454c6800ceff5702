import type Stripe from "stripe";
import { validate } from "uuid";
import type { ProviderChange } from "./provider-change.ts";

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
      return refundChanges(data.object);
    case "charge.dispute.created":
    case "charge.dispute.updated":
    case "charge.dispute.closed":
    case "charge.dispute.funds_withdrawn":
    case "charge.dispute.funds_reinstated":
      return disputeChanges(data.object);
    default:
      return [];
  }
}

export function sessionChanges(session: Stripe.Checkout.Session): ProviderChange[] {
  const paymentId = idIn(session.metadata, "payment_id");
  if (!paymentId) return [];
  const intent = session.payment_intent;
  if (session.status === "complete" && session.payment_status === "paid") {
    return [{ kind: "paid", paymentId, intentId: idOf(intent) ?? "", ...money(session.amount_total ?? 0, session.currency ?? "") }];
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

/** Ours carry their id; those that somebody made at the provider are found by the payment's intent. */
export function refundChanges(refund: Stripe.Refund): ProviderChange[] {
  const refundId = idIn(refund.metadata, "refund_id");
  const intentId = idOf(refund.payment_intent);
  if (!refundId && !intentId) return [];
  const made = intentId ? { intentId, amount: BigInt(refund.amount) } : undefined;
  const of = { refundId, made, providerRefundId: refund.id };
  switch (refund.status) {
    case "succeeded":
      return [{ kind: "refunded", ...of }];
    case "failed":
    case "canceled":
      return [{ kind: "refund_failed", ...of, failure: refund.failure_reason ?? refund.status }];
    default:
      return [{ kind: "refund_sent", ...of }];
  }
}

/** An inquiry (`warning_…`) or one that was prevented moves no money. */
export function disputeChanges({ id, amount, status, payment_intent }: Stripe.Dispute): ProviderChange[] {
  const intentId = idOf(payment_intent);
  if (!intentId || status.startsWith("warning_") || status === "prevented") return [];
  const become = status === "won" ? "WON" : status === "lost" ? "LOST" : "OPEN";
  return [{ kind: "disputed", disputeId: id, intentId, amount: BigInt(amount), become }];
}

const idOf = (held: string | { id: string } | null | undefined): string | undefined => (typeof held === "string" ? held : held?.id);

// Others may use the same Stripe account: what does not carry an id of our shape is theirs.
function idIn(metadata: Stripe.Metadata | null, name: string): string | undefined {
  const id = metadata?.[name];
  return validate(id) ? id : undefined;
}

const money = (amount: number, currency: string) => ({ amount: BigInt(amount), currency: currency.toUpperCase() });
