import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { startSandbox, type Sandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox()));
afterAll(() => sandbox.close());

test("a full refund, told by three events", async () => {
  const { stripe, webhooks } = sandbox;
  const intent = await paidIntent();
  webhooks.forget();
  const params = { payment_intent: intent, reason: "requested_by_customer", metadata: { why: "stylist" } } as const;
  const refund = await stripe.refunds.create(params);
  expect(refund).toMatchObject({ object: "refund", status: "succeeded", amount: 18000000, ...params });
  expect(refund.id).toMatch(/^re_/);
  expect((await stripe.refunds.retrieve(refund.id)).id).toBe(refund.id);
  expect((await stripe.refunds.list({ payment_intent: intent })).data.map(({ id }) => id)).toEqual([refund.id]);

  await until(() => webhooks.received.length === 3);
  expect(webhooks.types().sort()).toEqual(["charge.refunded", "refund.created", "refund.updated"]);
  const charge = webhooks.received.find(({ event }) => event.type === "charge.refunded")?.event.data;
  expect(charge).toMatchObject({
    object: { refunded: true, amount_refunded: 18000000, payment_intent: intent },
    previous_attributes: { amount_refunded: 0, refunded: false },
  });
  await expect(stripe.refunds.create({ payment_intent: intent })).rejects.toMatchObject({ code: "charge_already_refunded" });
});

test("partial refunds never exceed the charge", async () => {
  const { stripe } = sandbox;
  const intent = await paidIntent();
  await stripe.refunds.create({ payment_intent: intent, amount: 10000000 });
  const tooMuch = stripe.refunds.create({ payment_intent: intent, amount: 8000001 });
  await expect(tooMuch).rejects.toMatchObject({ statusCode: 400, param: "amount" });
  await expect(tooMuch).rejects.toThrow(/Refund amount \(.*80,000\.01\) is greater than unrefunded amount on charge \(.*80,000\)/);
  expect((await stripe.refunds.create({ payment_intent: intent })).amount).toBe(8000000);
  const { latest_charge } = await stripe.paymentIntents.retrieve(intent, { expand: ["latest_charge"] });
  expect(latest_charge).toMatchObject({ amount_refunded: 18000000, refunded: true });
});

test("one hundred racing refunds give back the charge, not more", async () => {
  const { stripe } = sandbox;
  const intent = await paidIntent();
  const races = Array.from({ length: 100 }, () => stripe.refunds.create({ payment_intent: intent, amount: 1000000 }));
  const settled = await Promise.allSettled(races);
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(18);
  const refunds = (await sandbox.objects()).refunds.filter((refund) => refund.payment_intent === intent);
  expect(refunds.reduce((sum, refund) => sum + refund.amount, 0)).toBe(18000000);
});

test.each([
  ["nothing to refund named", {}, { code: "parameter_missing" }],
  ["an unknown intent", { payment_intent: "pi_none" }, { statusCode: 404, param: "payment_intent" }],
  ["an unknown charge", { charge: "ch_none" }, { statusCode: 404, param: "charge" }],
  ["an amount of zero", { payment_intent: "pi_none", amount: 0 }, { param: "amount", code: "parameter_invalid_integer" }],
  ["a negative amount", { payment_intent: "pi_none", amount: -5 }, { param: "amount" }],
  ["half a unit", { payment_intent: "pi_none", amount: 1.5 }, { param: "amount" }],
  ["an unknown reason", { payment_intent: "pi_none", reason: "mood" as never }, { param: "reason" }],
])("refuses %s", async (_what, params, error) => {
  await expect(sandbox.stripe.refunds.create(params)).rejects.toMatchObject({ rawType: "invalid_request_error", ...error });
});

async function paidIntent(): Promise<string> {
  const session = await sandbox.newSession();
  await sandbox.decide(session, "approve");
  await until(async () => (await sandbox.objects()).events.every(({ delivery }) => delivery.state !== "pending"));
  return (await sandbox.stripe.checkout.sessions.retrieve(session.id)).payment_intent as string;
}
