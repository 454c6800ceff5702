import { randomInt } from "node:crypto";
import type Stripe from "stripe";

export type Session = Pick<
  Stripe.Checkout.Session,
  | "id"
  | "object"
  | "amount_subtotal"
  | "amount_total"
  | "branding_settings"
  | "cancel_url"
  | "client_reference_id"
  | "created"
  | "currency"
  | "custom_text"
  | "customer_email"
  | "expires_at"
  | "livemode"
  | "locale"
  | "metadata"
  | "mode"
  | "payment_method_types"
  | "payment_status"
  | "status"
  | "success_url"
  | "ui_mode"
  | "url"
> & { customer: null; customer_details: Payer | null; payment_intent: string | null };

/** Who pays, as the card holder typed it on the checkout page. */
export type Payer = { name: string; email: string; phone: string | null; address: { city: string; country: string; line1: string } };

export type Intent = Pick<
  Stripe.PaymentIntent,
  | "id"
  | "object"
  | "amount"
  | "amount_capturable"
  | "amount_received"
  | "canceled_at"
  | "cancellation_reason"
  | "capture_method"
  | "client_secret"
  | "confirmation_method"
  | "created"
  | "currency"
  | "description"
  | "livemode"
  | "metadata"
  | "payment_method_types"
  | "receipt_email"
  | "statement_descriptor_suffix"
  | "status"
> & { customer: null; last_payment_error: PaymentError | null; latest_charge: string | null };

export interface PaymentError {
  type: "card_error";
  code: string;
  decline_code: string;
  message: string;
  charge: string;
  payment_method: { id: string; object: "payment_method"; type: "card"; billing_details: Payer };
}

export type Charge = Pick<
  Stripe.Charge,
  | "id"
  | "object"
  | "amount"
  | "amount_captured"
  | "amount_refunded"
  | "captured"
  | "created"
  | "currency"
  | "description"
  | "disputed"
  | "failure_code"
  | "failure_message"
  | "livemode"
  | "metadata"
  | "paid"
  | "receipt_email"
  | "refunded"
  | "status"
> & { billing_details: Payer; customer: null; payment_intent: string };

export type Refund = Pick<
  Stripe.Refund,
  "id" | "object" | "amount" | "created" | "currency" | "destination_details" | "failure_reason" | "metadata" | "reason" | "status"
> & { charge: string; payment_intent: string };

export type Dispute = Pick<
  Stripe.Dispute,
  "id" | "object" | "amount" | "created" | "currency" | "is_charge_refundable" | "livemode" | "metadata" | "reason" | "status"
> & { charge: string; payment_intent: string };

export interface Event {
  id: string;
  object: "event";
  api_version: string;
  created: number;
  data: { object: object; previous_attributes?: object };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: Stripe.Event.Type;
}

/** The line items of a session, and the fields for its payment intent, which the first attempt to pay creates. */
export interface Order {
  lines: { name: string; description: string | null; quantity: number; unitAmount: number }[];
  intent: {
    metadata: Record<string, string>;
    description: string | null;
    receiptEmail: string | null;
    descriptorSuffix: string | null;
  };
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export function newId(prefix: "cs_test" | "pi" | "pm" | "ch" | "re" | "du" | "evt" | "req", length = 24): string {
  return `${prefix}_${Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("")}`;
}

/** The answer to replay for an idempotency key. */
export interface SavedAnswer {
  at: number;
  endpoint: string;
  fingerprint: string;
  requestId: string;
  status: number;
  body: object;
}

/** Faults to inject. */
export interface Faults {
  webhooks: (typeof webhookModes)[number];
  copies: number;
  delayMs: number;
  /** The outcome of refunds created from now on. "fail": they succeed, and then the bank returns the money. */
  refunds: (typeof refundModes)[number];
  api: ApiFault & { failNext: number; delayMs: number };
}

export interface ApiFault {
  status: number;
  /** The change is committed, and then the call fails. */
  afterEffect: boolean;
  /** Close the connection instead of answering. */
  hangUp: boolean;
}

export const webhookModes = ["deliver", "drop", "duplicate", "delay", "reorder"] as const;
export const refundModes = ["succeed", "pending", "fail"] as const;
