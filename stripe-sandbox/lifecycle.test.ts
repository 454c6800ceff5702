import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import Stripe from "stripe";
import { until } from "@lacio/testkit/testing/until";
import { startSandbox, type Sandbox } from "./testing/sandbox.ts";
import { apiVersion } from "./webhooks/emit-event.ts";

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox()));
afterAll(() => sandbox.close());

describe("a checkout session", () => {
  test("is open and unpaid until it is approved, then complete and paid", async () => {
    const { stripe, webhooks } = sandbox;
    const session = await sandbox.newSession();
    expect(session).toMatchObject({
      object: "checkout.session",
      status: "open",
      payment_status: "unpaid",
      payment_intent: null,
      amount_total: 18000000,
      currency: "cop",
      metadata: { bookingId: "b-1" },
      url: `${sandbox.url}/checkout/${session.id}`,
    });
    expect(session.id).toMatch(/^cs_test_\w{50,}$/);

    const answer = await sandbox.decide(session, "approve");
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(`https://salon.example/pagado?session=${session.id}`);

    const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent.latest_charge"] });
    expect(paid).toMatchObject({ status: "complete", payment_status: "paid", url: null });
    expect(paid.payment_intent).toMatchObject({
      status: "succeeded",
      amount_received: 18000000,
      metadata: { bookingId: "b-1", attempt: "1" },
      latest_charge: { paid: true, amount: 18000000, refunded: false },
    });

    await until(() => webhooks.received.length === 2);
    expect(webhooks.types().sort()).toEqual(["checkout.session.completed", "payment_intent.succeeded"]);
    const completed = webhooks.received.find(({ event }) => event.type === "checkout.session.completed")?.event;
    expect(completed?.data.object).toMatchObject({ id: session.id, payment_status: "paid", metadata: { bookingId: "b-1" } });
    const pending = () => stripe.events.retrieve(completed?.id ?? "").then((event) => event.pending_webhooks === 0);
    await until(pending);
  });

  test("stays open after a declined card, and can be paid by the next one", async () => {
    const { stripe, webhooks } = sandbox;
    webhooks.forget();
    const session = await sandbox.newSession();
    const answer = await sandbox.decide(session, "decline");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "https://salon.example/reservas"]);
    const declined = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    expect(declined).toMatchObject({ status: "open", payment_status: "unpaid", url: session.url });
    const intent = declined.payment_intent as Stripe.PaymentIntent;
    expect(intent).toMatchObject({ status: "requires_payment_method", last_payment_error: { code: "card_declined" } });
    await until(() => webhooks.types().includes("payment_intent.payment_failed"));

    await sandbox.decide(session, "approve");
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: "succeeded", last_payment_error: null });
    const charges = (await sandbox.objects()).charges.filter((charge) => charge.payment_intent === intent.id);
    expect(charges.map((charge) => charge.paid)).toEqual([false, true]);
  });

  test("can be expired once, which cancels its declined intent, and cannot be paid after", async () => {
    const { stripe, webhooks } = sandbox;
    const session = await sandbox.newSession();
    await sandbox.decide(session, "decline");
    webhooks.forget();
    const expired = await stripe.checkout.sessions.expire(session.id, { expand: ["payment_intent"] });
    expect(expired).toMatchObject({ status: "expired", url: null, payment_intent: { status: "canceled" } });
    await until(() => webhooks.types().includes("checkout.session.expired"));
    expect((await sandbox.decide(session, "approve")).status).toBe(410);
    expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe("unpaid");
    await expect(stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({ statusCode: 400 });
  });

  test("that is complete cannot be expired", async () => {
    const session = await sandbox.newSession();
    await sandbox.decide(session, "approve");
    await expect(sandbox.stripe.checkout.sessions.expire(session.id)).rejects.toThrow(/status of complete/);
  });

  test("is paid once, however often and at once the button is pressed", async () => {
    const session = await sandbox.newSession();
    const answers = await Promise.all(Array.from({ length: 10 }, () => sandbox.decide(session, "approve")));
    expect(new Set(answers.map((answer) => answer.headers.get("location"))).size).toBe(1);
    expect(answers.every((answer) => answer.status === 303)).toBe(true);
    const { payment_intent } = await sandbox.stripe.checkout.sessions.retrieve(session.id);
    expect((await sandbox.objects()).charges.filter((charge) => charge.payment_intent === payment_intent)).toHaveLength(1);
  });
});

describe("the API", () => {
  test("speaks the SDK's version", () => {
    expect(apiVersion).toBe(Stripe.API_VERSION);
  });

  test("refuses a missing and a wrong key", async () => {
    await expect(sandbox.connect("sk_test_wrong").events.list()).rejects.toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect((await fetch(`${sandbox.url}/v1/events`)).status).toBe(401);
    const basic = { authorization: `Basic ${btoa("sk_test_sandbox0123456789:")}` };
    expect((await fetch(`${sandbox.url}/v1/events`, { headers: basic })).status).toBe(200);
  });

  test("answers what is missing with 404, naming it", async () => {
    const { stripe } = sandbox;
    const missing = { statusCode: 404, code: "resource_missing", type: "StripeInvalidRequestError" };
    await expect(stripe.checkout.sessions.retrieve("cs_test_none")).rejects.toMatchObject({ ...missing, param: "session" });
    await expect(stripe.paymentIntents.retrieve("pi_none")).rejects.toMatchObject({ ...missing, param: "intent" });
    await expect(stripe.refunds.retrieve("re_none")).rejects.toMatchObject(missing);
    await expect(stripe.events.retrieve("evt_none")).rejects.toMatchObject(missing);
    await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode: 404 });
  });

  const soon = () => Math.floor(Date.now() / 1000) + 60;
  test.each<[string, Partial<Stripe.Checkout.SessionCreateParams>, string]>([
    ["no line", { line_items: [] }, "line_items"],
    ["no success_url", { success_url: "" }, "success_url"],
    ["a URL that is none", { cancel_url: "salon" }, "cancel_url"],
    ["an early end", { expires_at: soon() }, "expires_at"],
    ["a late end", { expires_at: soon() + 24 * 3600 }, "expires_at"],
    ["another mode", { mode: "setup" }, "mode"],
    ["a long label", { metadata: { note: "x".repeat(501) } }, "metadata[note]"],
    ["an unknown parameter", { nonsense: "1" } as never, "nonsense"],
    ["a price that is none", { line_items: [line({ unit_amount: "much" })] }, "line_items[0][price_data][unit_amount]"],
    ["a negative price", { line_items: [line({ unit_amount: -1 })] }, "line_items[0][price_data][unit_amount]"],
    ["an unknown currency", { line_items: [line({ currency: "xzz" })] }, "line_items[0][price_data][currency]"],
    ["two currencies", { line_items: [line({}), line({ currency: "usd" })] }, "line_items"],
    ["nothing to pay", { line_items: [line({ unit_amount: 0 })] }, "line_items"],
  ])("refuses %s, naming the parameter", async (_what, params, param) => {
    const before = (await sandbox.objects()).sessions.length;
    await expect(sandbox.newSession(params)).rejects.toMatchObject({ statusCode: 400, rawType: "invalid_request_error", param });
    expect((await sandbox.objects()).sessions).toHaveLength(before);
  });

  test("lists newest first, in pages, by field and by time", async () => {
    const { stripe } = sandbox;
    const made = [];
    for (let n = 0; n < 5; n++) made.unshift((await sandbox.newSession()).id);
    const first = await stripe.checkout.sessions.list({ limit: 2 });
    expect(first).toMatchObject({ has_more: true, data: [{ id: made[0] }, { id: made[1] }] });
    const walked: string[] = [];
    for await (const session of stripe.checkout.sessions.list({ limit: 2 })) walked.push(session.id);
    expect(walked.slice(0, 5)).toEqual(made);
    expect(walked).toHaveLength((await sandbox.objects()).sessions.length);
    const newer = await stripe.checkout.sessions.list({ limit: 2, ending_before: made[3] ?? "" });
    expect(newer.data.map((session) => session.id)).toEqual([made[1], made[2]]);

    await sandbox.decide({ id: made[0] ?? "" }, "approve");
    const complete = await stripe.checkout.sessions.list({ status: "complete", limit: 1 });
    expect(complete.data[0]?.id).toBe(made[0]);
    const byIntent = await stripe.checkout.sessions.list({ payment_intent: complete.data[0]?.payment_intent as string });
    expect(byIntent.data.map((session) => session.id)).toEqual([made[0]]);
    expect((await stripe.paymentIntents.list({ created: { gt: soon() } })).data).toEqual([]);
    expect((await stripe.paymentIntents.list({ created: { gte: soon() - 3600 } })).data.length).toBeGreaterThan(0);
    const events = await stripe.events.list({ types: ["checkout.session.completed"] });
    expect(new Set(events.data.map((event) => event.type))).toEqual(new Set(["checkout.session.completed"]));
    await expect(stripe.events.list({ starting_after: "evt_none" })).rejects.toMatchObject({ code: "resource_missing" });
    await expect(stripe.events.list({ limit: 101 })).rejects.toMatchObject({ param: "limit" });
  });
});

function line(price: object): Stripe.Checkout.SessionCreateParams.LineItem {
  return { quantity: 1, price_data: { currency: "cop", unit_amount: 100, product_data: { name: "Nano" }, ...price } };
}
