import { newId, type Charge, type Intent, type Payer, type PaymentError, type Session } from "../objects.ts";
import type { Store } from "../store.ts";
import { emitEvent } from "../webhooks/emit-event.ts";

export function approve(store: Store, session: Session, payer: Payer, now: number): void {
  const intent = intentOf(store, session, now);
  const charge = newCharge(intent, payer, now);
  store.put("charges", charge.id, charge);
  const paid = store.put("intents", intent.id, {
    ...intent,
    status: "succeeded",
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
  });
  const complete = store.put("sessions", session.id, {
    ...session,
    status: "complete",
    payment_status: "paid",
    payment_intent: intent.id,
    customer_details: payer,
    url: null,
  });
  emitEvent(store, "payment_intent.succeeded", paid, now);
  emitEvent(store, "checkout.session.completed", complete, now);
}

/** The card is refused; the session stays open, so that the client can try again. */
export function decline(store: Store, session: Session, payer: Payer, now: number): void {
  const intent = intentOf(store, session, now);
  const refusal = { code: "card_declined", message: "Your card was declined." };
  const charge: Charge = {
    ...newCharge(intent, payer, now),
    amount_captured: 0,
    captured: false,
    failure_code: refusal.code,
    failure_message: refusal.message,
    paid: false,
    status: "failed",
  };
  store.put("charges", charge.id, charge);
  const error: PaymentError = {
    ...{ type: "card_error", decline_code: "generic_decline", charge: charge.id, ...refusal },
    payment_method: { id: newId("pm"), object: "payment_method", type: "card", billing_details: payer },
  };
  const failed = store.put("intents", intent.id, { ...intent, last_payment_error: error, latest_charge: charge.id });
  store.put("sessions", session.id, { ...session, payment_intent: intent.id });
  emitEvent(store, "payment_intent.payment_failed", failed, now);
}

// As at Stripe, the first attempt to pay creates the intent, not the session.
function intentOf(store: Store, session: Session, now: number): Intent {
  const earlier = store.get("intents", session.payment_intent ?? "");
  if (earlier) return earlier;
  const order = store.get("orders", session.id);
  const id = newId("pi");
  return {
    id,
    object: "payment_intent",
    amount: session.amount_total ?? 0,
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async",
    client_secret: `${id}_secret_${newId("pi").slice(3)}`,
    confirmation_method: "automatic",
    created: now,
    currency: session.currency ?? "",
    customer: null,
    description: order?.intent.description ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: order?.intent.metadata ?? {},
    payment_method_types: session.payment_method_types,
    receipt_email: order?.intent.receiptEmail ?? null,
    statement_descriptor_suffix: order?.intent.descriptorSuffix ?? null,
    status: "requires_payment_method",
  };
}

function newCharge(intent: Intent, payer: Payer, now: number): Charge {
  return {
    id: newId("ch"),
    object: "charge",
    amount: intent.amount,
    amount_captured: intent.amount,
    amount_refunded: 0,
    billing_details: payer,
    captured: true,
    created: now,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: intent.metadata,
    paid: true,
    payment_intent: intent.id,
    receipt_email: intent.receipt_email,
    refunded: false,
    status: "succeeded",
  };
}
