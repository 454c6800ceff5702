import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type Stripe from "stripe";
import { until } from "@lacio/testkit/testing/until";
import { startSandbox, type Sandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox()));
afterAll(() => sandbox.close());
beforeEach(async () => {
  await sandbox.faults({});
  sandbox.webhooks.forget();
});

const bank = (path: string, body: object = {}) => sandbox.control<{ id: string; status: string }>("POST", path, body);
const told = (...types: Stripe.Event.Type[]) => until(() => types.every((type) => sandbox.webhooks.types().includes(type)));

async function paid(): Promise<string> {
  const session = await sandbox.newSession();
  await sandbox.decide(session, "approve");
  return (await sandbox.stripe.checkout.sessions.retrieve(session.id)).payment_intent as string;
}

const charge = async (intent: string) =>
  (await sandbox.stripe.paymentIntents.retrieve(intent, { expand: ["latest_charge"] })).latest_charge as { id: string };

describe("a refund", () => {
  test("that the bank sends back after it had succeeded can be made again", async () => {
    const intent = await paid();
    const { id } = await sandbox.stripe.refunds.create({ payment_intent: intent });
    expect((await bank(`/refunds/${id}/fail`)).status).toBe(200);
    expect(await sandbox.stripe.refunds.retrieve(id)).toMatchObject({ status: "failed", failure_reason: "lost_or_stolen_card" });
    expect(await charge(intent)).toMatchObject({ refunded: false, amount_refunded: 0 });
    await told("refund.failed", "refund.updated");
    expect((await bank(`/refunds/${id}/fail`)).status).toBe(400);
    expect((await sandbox.stripe.refunds.create({ payment_intent: intent })).status).toBe("succeeded");
  });

  test("fails by itself, or waits, while the faults say so", async () => {
    await sandbox.faults({ refunds: "fail" });
    const failing = await sandbox.stripe.refunds.create({ payment_intent: await paid() });
    expect(failing.status).toBe("succeeded");
    expect((await sandbox.stripe.refunds.retrieve(failing.id)).status).toBe("failed");
    await sandbox.faults({ refunds: "pending" });
    const [one, two] = [await paid(), await paid()];
    const waiting = await sandbox.stripe.refunds.create({ payment_intent: one, amount: 5 });
    expect(waiting.status).toBe("pending");
    expect((await bank(`/refunds/${waiting.id}/succeed`)).body).toMatchObject({ status: "succeeded" });
    const another = await sandbox.stripe.refunds.create({ payment_intent: two });
    expect(await sandbox.stripe.refunds.cancel(another.id)).toMatchObject({ status: "canceled" });
    expect(await charge(two)).toMatchObject({ amount_refunded: 0 });
  });
});

describe("a dispute", () => {
  test("keeps refunds away while it is open, and gives the money back when it is won", async () => {
    const intent = await paid();
    await sandbox.stripe.refunds.create({ payment_intent: intent, amount: 3000000 });
    const { id } = (await bank("/disputes", { paymentIntent: intent })).body;
    expect(await sandbox.stripe.disputes.retrieve(id)).toMatchObject({
      amount: 15000000,
      status: "needs_response",
      payment_intent: intent,
    });
    expect(await charge(intent)).toMatchObject({ disputed: true });
    await told("charge.dispute.created", "charge.dispute.funds_withdrawn");
    await expect(sandbox.stripe.refunds.create({ payment_intent: intent })).rejects.toMatchObject({ code: "charge_disputed" });
    expect((await bank("/disputes", { paymentIntent: intent })).status).toBe(400);
    expect((await bank(`/disputes/${id}/win`)).body).toMatchObject({ status: "won" });
    await told("charge.dispute.closed", "charge.dispute.funds_reinstated");
    expect((await sandbox.stripe.disputes.list({ payment_intent: intent })).data).toMatchObject([{ id, status: "won" }]);
    expect((await sandbox.stripe.refunds.create({ payment_intent: intent })).amount).toBe(15000000);
  });

  test("that is lost leaves nothing to refund of its part", async () => {
    const intent = await paid();
    const { id } = (await bank("/disputes", { paymentIntent: intent, amount: 10000000 })).body;
    await bank(`/disputes/${id}/lose`);
    await told("charge.dispute.closed");
    await expect(sandbox.stripe.refunds.create({ payment_intent: intent, amount: 8000001 })).rejects.toMatchObject({ param: "amount" });
    expect((await sandbox.stripe.refunds.create({ payment_intent: intent })).amount).toBe(8000000);
  });

  test.each([
    ["/disputes", { paymentIntent: "pi_none" }, 404],
    ["/disputes", { amount: 5 }, 400],
    ["/disputes/du_none/win", {}, 404],
    ["/refunds/re_none/fail", {}, 404],
  ])("of what is not there is refused: %s", async (path, body, status) => {
    expect((await bank(path, body)).status).toBe(status);
  });
});
