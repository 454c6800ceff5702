import type Stripe from "stripe";
import { validate } from "uuid";
import type { Decline } from "../domain/payment-schema.ts";

/** What the provider says happened, whether by a webhook, in the answer to a call, or when asked. */
export type ProviderChange = PaymentChange | RefundChange | DisputeChange;

export type PaymentChange = { paymentId: string } & (
  { kind: "paid"; intentId: string; amount: bigint; currency: string } | { kind: "declined"; decline: Decline } | { kind: "expired" }
);

export type RefundChange = { refundId?: string | undefined; made?: { intentId: string; amount: bigint } | undefined } & (
  | { kind: "refund_sent"; providerRefundId: string }
  | { kind: "refunded"; providerRefundId: string }
  | { kind: "refund_failed"; providerRefundId: string | null; failure: string }
);

export type DisputeChange = { kind: "disputed"; disputeId: string; intentId: string; amount: bigint; become: "OPEN" | "WON" | "LOST" };

/** The changes that a webhook event reports: none when it is of a type that we do not need, or not about ours. */
export function eventChanges({ type, created, data }: Stripe.Event): ProviderChange[] {
  switch (type) {
    case "checkout.session.completed":
    case "checkout.session.async_payment_succeeded":
    case "checkout.session.expired":
      return sessionChanges(data.object);
    // A delayed payment method (a bank transfer, say) failed: the session is "complete" and cannot be paid again.
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
  // Without a charge the bank was never asked (a failed 3-D Secure, say): then the payment method's id tells the attempts apart.
  const id = charge ?? method?.id ?? intent.id;
  return [
    { kind: "declined", paymentId, decline: { id, at, code: declineCode ?? code ?? "declined", message: message ?? code ?? "declined" } },
  ];
}

/** Our refunds carry their id as metadata; those made at the provider are found by the payment's intent. */
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

/** An inquiry (`warning_…`) or a prevented dispute moves no money, so it is none. */
export function disputeChanges({ id, amount, status, payment_intent }: Stripe.Dispute): ProviderChange[] {
  const intentId = idOf(payment_intent);
  if (!intentId || status.startsWith("warning_") || status === "prevented") return [];
  const become = status === "won" ? "WON" : status === "lost" ? "LOST" : "OPEN";
  return [{ kind: "disputed", disputeId: id, intentId, amount: BigInt(amount), become }];
}

const idOf = (held: string | { id: string } | null | undefined): string | undefined => (typeof held === "string" ? held : held?.id);

// Others may use the same Stripe account: what carries no UUID in our metadata is theirs.
function idIn(metadata: Stripe.Metadata | null, name: string): string | undefined {
  const id = metadata?.[name];
  return validate(id) ? id : undefined;
}

const money = (amount: number, currency: string) => ({ amount: BigInt(amount), currency: currency.toUpperCase() });
