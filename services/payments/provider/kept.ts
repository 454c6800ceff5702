import type Stripe from "stripe";

// By name, at any depth: what changes.ts and the SQL over provider_event read, and the ids by which a person finds the rest at the provider.
const names = [
  ...["id", "object", "type", "created", "data", "status", "currency"],
  ...["metadata", "payment_id", "booking_id", "refund_id"],
  ...["payment_intent", "payment_status", "amount", "amount_total", "amount_received", "failure_reason"],
  ...["last_payment_error", "charge", "code", "decline_code", "message", "payment_method"],
];

/** What is stored of an event: who paid, with names and addresses, stays at the provider. */
export const kept = (event: Stripe.Event): string => JSON.stringify(event, names);
