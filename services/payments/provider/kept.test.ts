import { expect, test } from "@jest/globals";
import type Stripe from "stripe";
import { eventChanges, type ProviderChange } from "./changes.ts";
import { kept } from "./kept.ts";

const payer = { name: "Ana Titular", email: "titular@example.com", phone: "+573001234567", address: { line1: "Calle 1", city: "Cali" } };
const paymentId = "01890000-0000-7000-8000-000000000001";
const metadata = { payment_id: paymentId, refund_id: paymentId, note: "Ana Titular" };
const details = {
  customer_details: payer,
  customer_email: payer.email,
  shipping: payer,
  receipt_email: payer.email,
  billing_details: payer,
};
const error = {
  charge: "ch_1",
  code: "card_declined",
  decline_code: "stolen_card",
  message: "Declined.",
  payment_method: { id: "pm_1", ...details },
};
const intent = {
  id: "pi_1",
  metadata,
  created: 2,
  amount_received: 500,
  currency: "cop",
  latest_charge: { id: "ch_1", ...details },
  ...details,
};
const session = { id: "cs_1", metadata, amount_total: 500, currency: "cop", custom_fields: [{ text: { value: payer.name } }], ...details };
const refund = { id: "re_1", metadata, amount: 500, payment_intent: "pi_1", destination_details: { card: payer } };

test.each<[Stripe.Event["type"], object, ProviderChange["kind"][]]>([
  ["checkout.session.completed", { ...session, status: "complete", payment_status: "paid", payment_intent: "pi_1" }, ["paid"]],
  [
    "checkout.session.expired",
    { ...session, status: "expired", payment_intent: { ...intent, status: "canceled", last_payment_error: error } },
    ["declined", "expired"],
  ],
  ["payment_intent.succeeded", { ...intent, status: "succeeded" }, ["paid"]],
  ["payment_intent.payment_failed", { ...intent, last_payment_error: error }, ["declined"]],
  ["payment_intent.payment_failed", { ...intent, last_payment_error: { ...error, charge: undefined } }, ["declined"]],
  ["refund.created", { ...refund, status: "pending" }, ["refund_sent"]],
  ["refund.updated", { ...refund, status: "succeeded" }, ["refunded"]],
  ["refund.failed", { ...refund, status: "failed", failure_reason: "lost_or_stolen_card" }, ["refund_failed"]],
  ["charge.dispute.created", { id: "du_1", amount: 500, status: "lost", payment_intent: "pi_1", evidence: payer }, ["disputed"]],
  ["customer.created", { id: "cus_1", ...details }, []],
])("of %s is kept what it changes, and nobody", (type, object, kinds) => {
  const event = { id: "evt_1", object: "event", type, created: 1, data: { object } } as unknown as Stripe.Event;
  const stored = kept(event);
  const changes = eventChanges(JSON.parse(stored) as Stripe.Event);
  expect(changes).toEqual(eventChanges(event));
  expect(changes.map(({ kind }) => kind)).toEqual(kinds);
  expect(stored).not.toMatch(/Titular|titular|57300|Calle|Cali/);
});
