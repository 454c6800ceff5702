import { beforeEach, describe, expect, test } from "@jest/globals";
import { PaymentSucceededSchema } from "@lacio/proto/payments/v1/events";
import { Payment_Status } from "@lacio/proto/payments/v1/payments_service";
import Stripe from "stripe";
import { localSecrets } from "@lacio/testkit/environment";
import { beforeTests } from "@lacio/testkit/before-tests";
import { until } from "@lacio/testkit/testing/until";
import { startPaymentsSystem, type PaymentsSystem } from "../testing/payments-system.ts";

let system: PaymentsSystem;
let secret: string;
await beforeTests(
  async () => {
    system = await startPaymentsSystem("payments-webhook", { RECONCILE_SECONDS: "2" });
    secret = localSecrets(system.dir).stripeWebhook;
  },
  () => system?.stop(),
);
beforeEach(() => system.faults({}));

const webhooks = new Stripe("sk_test_unused").webhooks;
const nowSeconds = () => Math.floor(Date.now() / 1_000);

const signed = (payload: string, wishes: { secret?: string; timestamp?: number } = {}) =>
  webhooks.generateTestHeaderString({ payload, secret, timestamp: nowSeconds(), ...wishes });

const post = async (body: string, signature?: string, headers: Record<string, string> = {}) =>
  (
    await fetch(`${system.urls["payments-http"]}/webhooks/stripe`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...(signature && { "stripe-signature": signature }), ...headers },
    })
  ).status;

let counter = 0;
const eventOf = (type: string, object: object) =>
  JSON.stringify({ id: `evt_test_${process.pid}_${++counter}`, object: "event", type, created: nowSeconds(), data: { object } });

async function start() {
  const bookingId = system.book();
  return { bookingId, ...(await system.asClient.startPayment({ bookingId })) };
}
const succeededFor = (bookingId: string) => system.told(PaymentSucceededSchema, bookingId);
const statusOf = async (paymentId: string) => (await system.asAdmin.getPayment({ paymentId })).payment?.status;
const processed = async (payload: string) => {
  const { id } = JSON.parse(payload) as { id: string };
  return until(async () => {
    const [row] = await system.sql<{ error: string | null; done: boolean }>(
      "select error, processed_at is not null as done from provider_event where id = $1",
      [id],
    );
    return row?.done && row;
  });
};

describe("a webhook is refused and changes nothing when its signature", () => {
  test.each<[string, (payload: string) => string | undefined]>([
    ["is missing", () => undefined],
    ["is nonsense", () => "t=1,v1=abc"],
    ["was made with another secret", (payload) => signed(payload, { secret: "whsec_other" })],
    ["is older than five minutes", (payload) => signed(payload, { timestamp: nowSeconds() - 301 })],
    ["belongs to another body", (payload) => signed(`${payload} `)],
  ])("%s", async (_, sign) => {
    const { paymentId } = await start();
    const intent = { metadata: { payment_id: paymentId }, status: "succeeded", amount_received: 18_000_000, currency: "cop" };
    const payload = eventOf("payment_intent.succeeded", intent);
    const before = await system.sql("select count(*) from provider_event");
    expect(await post(payload, sign(payload))).toBe(400);
    expect(await system.sql("select count(*) from provider_event")).toEqual(before);
    expect(await statusOf(paymentId)).toBe(Payment_Status.PENDING);
  });

  test("a body beyond 256 kB is not even read", async () => {
    const payload = eventOf("customer.created", { text: "x".repeat(300_000) });
    expect(await post(payload, signed(payload))).toBe(413);
  });

  test("both secrets count while the secret is being changed", async () => {
    await system.process("payments").restart({ STRIPE_WEBHOOK_SECRET: `whsec_next, ${secret}` });
    for (const wishes of [{}, { secret: "whsec_next" }]) {
      const payload = eventOf("customer.created", {});
      expect(await post(payload, signed(payload, wishes))).toBe(200);
      expect(await processed(payload)).toMatchObject({ error: "nothing of ours" });
    }
  });
});

describe("an event", () => {
  test("that comes ten times, from ten connections at once, confirms once", async () => {
    const { bookingId, checkoutUrl, paymentId } = await start();
    await system.faults({ webhooks: "drop" });
    await system.decide(checkoutUrl, "approve");
    const { events } = await system.atStripe();
    await Promise.all(events.slice(-2).map(({ id }) => system.resend(id, 5)));
    await until(async () => (await succeededFor(bookingId)).length > 0);
    await until(async () => (await system.sql("select 1 from provider_event where processed_at is null")).length === 0);
    expect(await succeededFor(bookingId)).toHaveLength(1);
    expect(await system.sql("select 1 from ledger_entry where payment_id = $1", [paymentId])).toHaveLength(2);
  });

  test.each(["duplicate", "reorder"])("is as good when webhooks come in mode %s", async (mode) => {
    const { bookingId, checkoutUrl } = await start();
    await system.faults({ webhooks: mode, copies: 5, delayMs: 200 });
    await system.decide(checkoutUrl, "decline");
    await system.decide(checkoutUrl, "approve");
    await until(async () => (await succeededFor(bookingId)).length > 0);
    await until(async () => (await system.atStripe()).events.every(({ delivery }) => delivery.state !== "pending"));
    await until(async () => (await system.sql("select 1 from provider_event where processed_at is null")).length === 0);
    expect(await succeededFor(bookingId)).toHaveLength(1);
  });

  test("that never comes is made up for by the reconciler", async () => {
    const { bookingId, checkoutUrl, paymentId } = await start();
    await system.faults({ webhooks: "drop" });
    await system.decide(checkoutUrl, "approve");
    await until(async () => (await succeededFor(bookingId)).length === 1);
    expect(await statusOf(paymentId)).toBe(Payment_Status.SUCCEEDED);
  });

  test("survives a kill between its receipt and its effect", async () => {
    const { bookingId, checkoutUrl } = await start();
    await system.process("payments").restart({ LACIO_FAILPOINTS: "webhook.after_receipt=kill", RECONCILE_SECONDS: "3600" });
    await system.decide(checkoutUrl, "approve");
    await until(() => !system.process("payments").running);
    await system.process("payments").restart({ LACIO_FAILPOINTS: "", RECONCILE_SECONDS: "2" });
    await until(async () => (await succeededFor(bookingId)).length > 0);
    await until(async () => (await system.atStripe()).events.every(({ delivery }) => delivery.state !== "pending"));
    expect(await succeededFor(bookingId)).toHaveLength(1);
  });

  test("hands its trace and request on to what follows from it", async () => {
    const { bookingId, paymentId } = await start();
    const intent = { id: "pi_test", metadata: { payment_id: paymentId }, status: "succeeded" };
    const payload = eventOf("payment_intent.succeeded", { ...intent, amount_received: 18_000_000, currency: "cop" });
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, "x-request-id": "the-webhook" };
    expect(await post(payload, signed(payload), headers)).toBe(200);
    await processed(payload);
    const [row] = await system.sql("select traceparent, request_id from outbox where subject = 'payments.succeeded' and key = $1", [
      bookingId,
    ]);
    expect(row).toEqual({ traceparent: expect.stringContaining(traceId) as unknown, request_id: "the-webhook" });
  });

  test("with the wrong amount or currency changes nothing and calls a person", async () => {
    const { bookingId, paymentId } = await start();
    for (const money of [
      { amount_received: 1, currency: "cop" },
      { amount_received: 18_000_000, currency: "usd" },
    ]) {
      const payload = eventOf("payment_intent.succeeded", { metadata: { payment_id: paymentId }, status: "succeeded", ...money });
      expect(await post(payload, signed(payload))).toBe(200);
      expect(await processed(payload)).toMatchObject({ error: "mismatch" });
    }
    expect(await statusOf(paymentId)).toBe(Payment_Status.PENDING);
    expect(await succeededFor(bookingId)).toEqual([]);
    const metrics = await (await fetch(`${system.urls["payments-ops"]}/metrics`)).text();
    expect(metrics).toContain("lacio_payment_mismatch_total 2");
  });

  test.each<[string, object, string]>([
    ["about a payment of ours that does not exist", { payment_id: "019c0000-0000-7000-8000-000000000001" }, "unknown"],
    ["about something that is not ours", { payment_id: "order 7" }, "nothing of ours"],
    ["without metadata", {}, "nothing of ours"],
  ])("%s is noted and done with", async (_, metadata, error) => {
    const payload = eventOf("payment_intent.succeeded", { metadata, status: "succeeded", amount_received: 1, currency: "cop" });
    expect(await post(payload, signed(payload))).toBe(200);
    expect(await processed(payload)).toMatchObject({ error });
  });

  test("that cannot be understood is tried again later and does not hold up the others", async () => {
    const broken = eventOf("payment_intent.succeeded", {
      metadata: { payment_id: "019c0000-0000-7000-8000-000000000001" },
      status: "succeeded",
      amount_received: "many",
      currency: "cop",
    });
    const good = eventOf("customer.created", {});
    expect(await post(broken, signed(broken))).toBe(200);
    expect(await post(good, signed(good))).toBe(200);
    await processed(good);
    const id = (JSON.parse(broken) as { id: string }).id;
    const row = await until(
      async () =>
        (await system.sql("select processed_at from provider_event join job on key = id where id = $1 and failures > 0", [id]))[0],
    );
    expect(row).toMatchObject({ processed_at: null });
    await system.sql("delete from job where key = $1", [id]);
    await system.sql("delete from provider_event where id = $1", [id]);
  });
});

describe("the ledger", () => {
  test("balances, and neither changes nor forgets", async () => {
    const [sums] = await system.sql<{ off: string }>(
      "select count(*) as off from (select 1 from ledger_entry group by transaction_id, currency having sum(debit) <> sum(credit)) wrong",
    );
    expect(sums).toEqual({ off: "0" });
    for (const change of [
      "update ledger_entry set debit = debit + 1",
      "delete from ledger_entry",
      "truncate ledger_entry",
      "update ledger_entry set currency = 'USD'",
    ])
      await expect(system.sql(change)).rejects.toThrow("the ledger is append only");
  });

  test("refuses half a movement, and a movement that was written before", async () => {
    const insert = (id: string, account: string, debit: number, credit: number) =>
      system.sql(
        `insert into ledger_entry (transaction_id, account, debit, credit, currency, payment_id)
         select $1, $2, $3, $4, 'COP', payment_id from ledger_entry limit 1`,
        [id, account, debit, credit],
      );
    await expect(insert("half", "stripe_clearing", 5, 0)).rejects.toThrow("does not balance");
    await expect(insert("both", "stripe_clearing", 5, 5)).rejects.toThrow("ledger_entry_one_side");
    const [{ id } = { id: "" }] = await system.sql<{ id: string }>("select transaction_id as id from ledger_entry limit 1");
    await expect(insert(id, "stripe_clearing", 5, 0)).rejects.toThrow("ledger_entry_once");
  });
});
