import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { unavailable } from "@lacio/chassis/errors";
import { register } from "@lacio/chassis/metrics";
import { permissions } from "@lacio/permissions/table";
import { startAppAlone } from "@lacio/testkit/app-alone";
import { secretKey, startSandbox, type Sandbox } from "@lacio/stripe-sandbox/testing/sandbox";
import { webhookSecret } from "@lacio/stripe-sandbox/testing/webhook-receiver";
import { applyChange } from "../acts/apply-change.ts";
import { requestRefund } from "../acts/decide-refund.ts";
import { createApp, readConfig, type App } from "../app.ts";
import { database } from "../db/index.ts";
import { Payment } from "../domain/payment.ts";
import { Refund } from "../domain/refund.ts";
import { onBookingCancelled, onBookingPaymentDeclined } from "../events/on-booking.ts";
import type { ProviderChange } from "../provider/changes.ts";
import { ProviderRefusal } from "../provider/refusal.ts";
import { askPayments } from "../rpc/reconcile.ts";
import { jobs } from "./index.ts";
import { forgetEvents } from "./forget-events.ts";

let sandbox: Sandbox;
let alone: Awaited<ReturnType<typeof startAlone>>;
let app: App;
let real: App["stripe"];
const startAlone = () =>
  startAppAlone(
    "payments",
    { permissions: permissions.payments, config: readConfig, database, createApp, jobs },
    {
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_URL: sandbox.url,
      CHECKOUT_SUCCESS_URL: "http://localhost/pago/listo",
      CHECKOUT_CANCEL_URL: "http://localhost/pago/cancelado",
      RECONCILE_SECONDS: "3600",
    },
  );

beforeAll(async () => {
  sandbox = await startSandbox();
  ({ app } = alone = await startAlone());
  real = app.stripe;
});
afterAll(async () => {
  await alone?.stop();
  await sandbox?.close();
});
beforeEach(async () => {
  app.stripe = real;
  alone.logged.length = 0;
  alone.resetClock();
  // No jobs, pending payments or watched ones of earlier tests.
  await alone.sql("truncate job");
  await alone.sql("update payment set status = 'FAILED' where status = 'PENDING'");
  await alone.sql("update payment set settled_at = '2020-01-01' where settled_at is not null");
});

const errors = () => alone.logged.filter(({ level }) => level === "error").map(({ text }) => text);
const counter = async (name: string) => Number(new RegExp(`^${name} (\\d+)`, "m").exec(await register.metrics())?.[1]);
const refundsAtStripe = async (refundId: string) =>
  (await sandbox.objects()).refunds.filter(({ metadata }) => metadata?.["refund_id"] === refundId);
const told = (subject: string, { bookingId }: Payment) =>
  alone.sql("select 1 from outbox where subject = $1 and key = $2", [`payments.${subject}`, bookingId]);

const twice = () => Promise.all([alone.worker(), alone.worker()].map((worker) => worker.drain()));

describe("refunds", () => {
  test("go out though one of them meets an outage and another breaks; both are tried again later, aloud", async () => {
    const [away, broken, good] = [await requested(await paid()), await requested(await paid()), await requested(await paid())];
    app.stripe = {
      ...real,
      refund: async (refund, intent) => {
        if (refund.id === away.id) throw unavailable("down");
        if (refund.id === broken.id) throw new Error("what is this?");
        return real.refund(refund, intent);
      },
    };
    await alone.work();
    expect(await statesOf(away, broken, good)).toEqual(["REQUESTED", "REQUESTED", "SUCCEEDED"]);
    const waiting =
      "select error from job join refund on key = id::text where id = any($1) and refund.tries = 1 and at > $2 order by error";
    expect(await alone.sql(waiting, [[away.id, broken.id], new Date(alone.now().getTime() + 1_000)])).toEqual([
      { error: "Error: what is this?" },
      { error: "Refusal: down" },
    ]);
    app.stripe = real;
    alone.wait(10);
    await alone.work();
    expect(await statesOf(away, broken, good)).toEqual(["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
  });

  test("are asked for no further when the provider is away for all of them", async () => {
    for (let n = 0; n < 10; n++) await requested(await paid());
    let asked = 0;
    app.stripe = { ...real, refund: async () => (asked++, Promise.reject(unavailable("down"))) };
    await alone.work();
    expect(asked).toBeLessThan(10);
  });

  test("are tried, made and told once by two replicas at once", async () => {
    const payments = await inTurn(4, paid);
    const refunds = await inTurn(4, (index) => requested(payments[index]!));
    await twice();
    await alone.work();
    expect(new Set(await statesOf(...refunds))).toEqual(new Set(["SUCCEEDED"]));
    for (const [index, refund] of refunds.entries()) {
      expect(await refundsAtStripe(refund.id)).toHaveLength(1);
      expect(await told("refunded", payments[index]!)).toHaveLength(1);
    }
    expect(await alone.sql("select distinct tries from refund where id = any($1)", [refunds.map(({ id }) => id)])).toEqual([{ tries: 1 }]);
  });

  test("are looked up before they are asked for again: a day later the provider knows the refund, but not the key", async () => {
    const payment = await paid();
    const refund = await requested(payment, 9_000_000n);
    await real.refund(refund, payment.intentId!); // made, then a crash before its answer was stored
    await alone.sql("update refund set tries = 1, key_number = 2 where id = $1", [refund.id]);
    await alone.work();
    expect(await statesOf(refund)).toEqual(["SUCCEEDED"]);
    expect(await refundsAtStripe(refund.id)).toHaveLength(1);
  });

  test("of an answer that is spoilt for good get a new key, and only one, when the provider knows of none", async () => {
    const refund = await requested(await paid());
    const keys: number[] = [];
    app.stripe = {
      ...real,
      refund: async (asked, intent) => {
        keys.push(asked.keyNumber);
        if (asked.keyNumber === 1) throw new ProviderRefusal("key_spent", "a stored failure");
        return real.refund(asked, intent);
      },
    };
    await alone.work();
    expect(await statesOf(refund)).toEqual(["REQUESTED"]);
    alone.wait(5);
    await alone.work();
    expect(keys).toEqual([1, 2]);
    expect(await statesOf(refund)).toEqual(["SUCCEEDED"]);
    expect(await refundsAtStripe(refund.id)).toHaveLength(1);
  });

  test("that are refused though enough is left are tried once more: what they were refused for may be over; twice is the last word", async () => {
    const [passing, lasting] = [await requested(await paid()), await requested(await paid())];
    app.stripe = {
      ...real,
      refund: async (asked, intent) => {
        if (asked.id === lasting.id || asked.keyNumber === 1) throw new ProviderRefusal("refused", "another one was pending");
        return real.refund(asked, intent);
      },
    };
    await alone.work();
    expect([await statesOf(passing), await statesOf(lasting)]).toEqual([["REQUESTED"], ["REQUESTED"]]);
    alone.wait(5);
    await alone.work();
    expect([await statesOf(passing), await statesOf(lasting)]).toEqual([["SUCCEEDED"], ["FAILED"]]);
  });

  test("that the provider still works at are asked about, not made again, and count when it says so", async () => {
    const payment = await paid();
    const refund = await requested(payment);
    const pending = { kind: "refund_sent", refundId: refund.id, providerRefundId: "re_slow" } as const;
    app.stripe = { ...real, refund: async () => [pending], changesOfRefund: async () => [pending] };
    await alone.work();
    await receive("refund.updated", { id: "re_slow", status: "pending", metadata: { refund_id: refund.id } });
    await alone.work();
    expect(await alone.sql("select status, provider_refund_id from refund where id = $1", [refund.id])).toEqual([
      { status: "REQUESTED", provider_refund_id: "re_slow" },
    ]);
    expect(await told("refunded", payment)).toEqual([]);
    expect(await deposit(payment)).toBe("18000000");
    const asked: string[] = [];
    app.stripe = {
      ...real,
      refund: async () => Promise.reject(new Error("made again")),
      changesOfRefund: async (id) => (asked.push(id), [{ ...pending, kind: "refunded" }]),
    };
    alone.wait(5);
    await alone.work();
    expect(asked).toEqual(["re_slow"]);
    expect(await statesOf(refund)).toEqual(["SUCCEEDED"]);
    expect(await deposit(payment)).toBe("0");
  });

  test("that a bank sends back after the provider's word are money of ours again, and call a person", async () => {
    const payment = await paid();
    const refund = await requested(payment);
    await alone.work();
    const before = await counter("lacio_refund_failed_total");
    const { id: providerRefundId } = (await refundsAtStripe(refund.id))[0]!;
    const failed = { id: providerRefundId, status: "failed", failure_reason: "lost_or_stolen_card", metadata: { refund_id: refund.id } };
    for (let copy = 0; copy < 2; copy++) await receive("refund.failed", failed);
    await receive("refund.updated", { ...failed, status: "succeeded" }); // an older event, delivered late
    await alone.work();
    expect(await statesOf(refund)).toEqual(["FAILED"]);
    expect([await deposit(payment), await owed(payment)]).toEqual(["0", "18000000"]);
    expect(await alone.sql("select status, refunded from payment where id = $1", [payment.id])).toEqual([
      { status: "SUCCEEDED", refunded: "0" },
    ]);
    expect(await told("refunded", payment)).toHaveLength(1);
    expect(await counter("lacio_refund_failed_total")).toBe(before + 1);
    expect(errors()).toEqual(["ALERT: a refund failed; it needs a person"]);
  });

  test("leave no job while a dispute is open; its end sends those that still wait, and no others", async () => {
    const payment = await paid();
    const disputed = { kind: "disputed", disputeId: `du_${payment.id}`, intentId: payment.intentId!, amount: 9_000_000n } as const;
    const apply = (change: ProviderChange) => app.transact((tx) => applyChange(app, tx, change));
    await apply({ ...disputed, become: "OPEN" });
    // One is heard of when it is over, the other one is still to be sent.
    const there = { intentId: payment.intentId!, amount: 3_000_000n };
    await apply({ kind: "refunded", providerRefundId: `re_${payment.id}`, made: there });
    const waiting = await requested(payment, 6_000_000n);
    const jobs = () => alone.sql("select key from job where kind = 'send-refund'");
    await alone.work();
    expect([await jobs(), await statesOf(waiting)]).toEqual([[], ["REQUESTED"]]);
    await apply({ ...disputed, become: "WON" });
    expect(await jobs()).toEqual([{ key: waiting.id }]);
    await alone.work();
    expect([await jobs(), await statesOf(waiting)]).toEqual([[], ["SUCCEEDED"]]);
  });

  test("of a cancelled booking give back its share once, though the cancellation is told twice", async () => {
    const payment = await paid();
    const refund = { currencyCode: "COP", minorUnits: 9_000_000n };
    const cancelled = { bookingId: payment.bookingId, paymentId: payment.id, refund };
    for (let copy = 0; copy < 2; copy++) await onBookingCancelled(app)(cancelled as never, (work) => app.transact(work));
    await alone.work();
    expect(await alone.sql("select amount, status from refund where payment_id = $1", [payment.id])).toEqual([
      { amount: "9000000", status: "SUCCEEDED" },
    ]);
    expect(await deposit(payment)).toBe("9000000");
  });

  test("of a payment that came when the slot was gone give it back whole, once, though it is declined twice", async () => {
    const payment = await paid(0, { holdEnded: true });
    const declined = { bookingId: payment.bookingId, paymentId: payment.id, reason: "hold_expired" };
    for (let copy = 0; copy < 2; copy++) await onBookingPaymentDeclined(app)(declined as never, (work) => app.transact(work));
    await alone.work();
    expect(await alone.sql("select amount, status from refund where payment_id = $1", [payment.id])).toEqual([
      { amount: "18000000", status: "SUCCEEDED" },
    ]);
    expect(await deposit(payment)).toBe("0");
  });
});

describe("provider events", () => {
  test("go on though one of them waits for a payment that somebody holds", async () => {
    const [held, free] = [await opened(), await opened()];
    const [first, second] = [await receivePaid(held), await receivePaid(free)];
    await alone.sql("begin");
    await alone.sql("select 1 from payment where id = $1 for update", [held.id]);
    try {
      await alone.work();
      expect(await noteOf(second)).toEqual([{ error: null, done: true }]);
      expect(await noteOf(first)).toMatchObject([{ done: false }]);
    } finally {
      await alone.sql("rollback");
    }
    alone.wait(10);
    await alone.work();
    expect(await noteOf(first)).toEqual([{ error: null, done: true }]);
    expect(await told("succeeded", held)).toHaveLength(1);
  });

  test("have one effect when two replicas take them at once, and when the same word comes as several events", async () => {
    const payments = [await opened(), await opened(), await opened()];
    for (const payment of payments) for (let copy = 0; copy < 3; copy++) await receivePaid(payment);
    await twice();
    alone.wait(10);
    await alone.work(); // on a busy machine one may meet the lock timeout and leave its events for a retry
    for (const payment of payments) {
      expect(await told("succeeded", payment)).toHaveLength(1);
      expect(await alone.sql("select 1 from ledger_entry where payment_id = $1", [payment.id])).toHaveLength(2);
    }
    expect(await alone.sql("select 1 from provider_event where processed_at is null")).toEqual([]);
    expect(await alone.sql("select 1 from job where kind = 'process-event'")).toEqual([]);
  });

  test("of a kind we do not know, or that tell of no money yet, are done with and change nothing", async () => {
    const payment = await opened();
    const object = { metadata: { payment_id: payment.id }, status: "processing", amount_received: 0, currency: "cop" };
    for (const type of ["payment_intent.succeeded", "payment_intent.brand_new", "radar.early_fraud_warning.created"]) {
      const id = await receive(type, object);
      await alone.work();
      expect(await noteOf(id)).toEqual([{ error: "nothing of ours", done: true }]);
    }
    expect(await told("succeeded", payment)).toEqual([]);
  });

  test("that cannot be applied are tried again ever later, and the tenth time a person is called", async () => {
    const id = await receive("payment_intent.succeeded", {
      metadata: { payment_id: randomUUID() },
      status: "succeeded",
      amount_received: "?",
    });
    const waits: number[] = [];
    for (let failure = 1; failure <= 12; failure++) {
      await alone.work();
      const [job] = await alone.sql<{ at: Date }>("select at from job where key = $1", [id]);
      waits.push((job!.at.getTime() - alone.now().getTime()) / 1_000);
      expect(errors()).toEqual(Array.from({ length: Math.max(0, failure - 9) }, () => "ALERT: a job keeps failing; it needs a person"));
      alone.wait(4_500);
    }
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThan(0.7 * Math.min(2 * 2 ** index, 3_600) - 2);
    expect(await noteOf(id)).toMatchObject([{ done: false }]);
  });

  test("of the wrong amount or currency change nothing, and are counted for a person", async () => {
    const payment = await opened();
    const before = await counter("lacio_payment_mismatch_total");
    await receivePaid(payment, { amount_received: 17_999_999 });
    await receivePaid(payment, { currency: "usd" });
    await alone.work();
    expect(await alone.sql("select status from payment where id = $1", [payment.id])).toEqual([{ status: "PENDING" }]);
    expect(await counter("lacio_payment_mismatch_total")).toBe(before + 2);
    expect(await alone.sql("select 1 from ledger_entry where payment_id = $1", [payment.id])).toEqual([]);
  });

  test("are forgotten some time after they were processed; what still waits stays for ever", async () => {
    const [old, young, waiting] = [
      await receive("customer.created", {}),
      await receive("customer.created", {}),
      await receive("customer.created", {}),
    ];
    await alone.sql(
      "update provider_event set received_at = now() - interval '400 days', processed_at = now() - interval '91 days' where id = $1",
      [old],
    );
    await alone.sql(
      "update provider_event set received_at = now() - interval '400 days', processed_at = now() - interval '89 days' where id = $1",
      [young],
    );
    await alone.sql("update provider_event set received_at = now() - interval '400 days' where id = $1", [waiting]);
    await Promise.all([forgetEvents(app), forgetEvents(app)]);
    const kept = await alone.sql<{ id: string }>("select id from provider_event where id = any($1)", [[old, young, waiting]]);
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set([young, waiting]));
  });
});

test("what the provider says is in logs and jobs by its codes, never in its words", async () => {
  const [unknown, away] = [await paid(), await paid()];
  for (const payment of [unknown, away]) await requested(payment);
  await alone.sql("update payment set intent_id = 'Luz Ñúñez' where id = $1", [unknown.id]); // "No such payment_intent: 'Luz Ñúñez'"
  await sandbox.faults({ api: { failNext: 6 } }); // three tries of each call
  await alone.work();
  const jobs = inspect(await alone.sql("select * from job"));
  await sandbox.faults({});
  for (let n = 0; n < 2; n++) {
    alone.wait(10);
    await alone.work();
  }
  const [failed] = await alone.sql<{ failure: string }>("select failure from refund where payment_id = $1", [unknown.id]);
  const all = inspect([alone.logged, jobs, failed, await alone.sql("select * from job")], { depth: 20 });
  expect(all).not.toMatch(/Luz|No such|A fault set/);
  expect(failed!.failure).toMatch(/^Stripe 404 invalid_request_error resource_missing payment_intent req_\w+$/);
  expect(all).toMatch(/Stripe 500 api_error req_\w+/);
});

describe("payments that are pending", () => {
  test("are asked about though the provider fails on one of them, and another is unknown to it", async () => {
    const [away, broken, good] = [await opened(), await opened(), await opened()];
    for (const { sessionId } of [away, broken, good]) await sandbox.decide({ id: sessionId! }, "approve");
    app.stripe = {
      ...real,
      changesOf: async (id) => {
        if (id === away.sessionId) throw unavailable("down");
        if (id === broken.sessionId) throw new Error("what is this?");
        return real.changesOf(id);
      },
    };
    expect(await askPayments(app)).toEqual({ checked: 2, repaired: 1, failed: 2 }); // `good` counts twice: as pending, and as paid from then on
    expect(await told("succeeded", good)).toHaveLength(1);
    app.stripe = real;
    expect(await askPayments(app)).toEqual({ checked: 5, repaired: 2, failed: 0 });
  });

  test("are settled once by two replicas at once", async () => {
    const payments = await inTurn(4, opened);
    for (const { sessionId } of payments) await sandbox.decide({ id: sessionId! }, "approve");
    // On a busy machine one of the two may meet the lock timeout and give up: a third run settles what is left, if anything is.
    await Promise.allSettled([askPayments(app), askPayments(app)]);
    await askPayments(app);
    for (const payment of payments) expect(await told("succeeded", payment)).toHaveLength(1);
  });
});

async function inTurn<T>(times: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let index = 0; index < times; index++) made.push(await make(index));
  return made;
}

async function opened(_ = 0, { holdEnded = false } = {}): Promise<Payment> {
  const order = {
    bookingId: randomUUID(),
    clientId: randomUUID(),
    amount: 18_000_000n,
    currency: "COP",
    description: "Keratina",
    locale: "es",
  } as const;
  const payment = Payment.open({ ...order, payUntil: new Date(Date.now() + (holdEnded ? -1 : 600) * 1_000) }, 1, new Date());
  const { sessionId, url } = await real.openCheckout(payment);
  payment.checkoutOpened(sessionId, url);
  await app.transact(async (tx) => tx.add(payment));
  return payment;
}

async function paid(_ = 0, wishes = {}): Promise<Payment> {
  const payment = await opened(0, wishes);
  await sandbox.decide({ id: payment.sessionId! }, "approve");
  for (const change of await real.changesOf(payment.sessionId!)) await app.transact((tx) => applyChange(app, tx, change));
  return app.db.read().findOneOrFail(Payment, { id: payment.id });
}

async function requested(payment: Payment, amount = payment.amount): Promise<Refund> {
  const refund = Refund.request(
    payment,
    { left: payment.amount, debt: 0n },
    { amount, reason: "test", cause: `admin:${randomUUID()}` },
    new Date(),
  );
  await app.transact((tx) => requestRefund(tx, refund));
  return refund;
}

async function statesOf(...refunds: Refund[]): Promise<string[]> {
  const rows = await alone.sql<{ id: string; status: string }>("select id, status from refund");
  return refunds.map(({ id }) => rows.find((row) => row.id === id)!.status);
}

async function deposit({ id }: Payment): Promise<string> {
  const [row] = await alone.sql<{ sum: string }>(
    "select sum(credit) - sum(debit) as sum from ledger_entry where payment_id = $1 and account = 'client_deposits'",
    [id],
  );
  return row!.sum;
}

async function owed({ id }: Payment): Promise<string> {
  const [row] = await alone.sql<{ owed: string }>("select owed from payment where id = $1", [id]);
  return row!.owed;
}

/** Stores an event and owes its job, as http/stripe-webhook.ts does. */
async function receive(type: string, object: object): Promise<string> {
  const event = { id: `evt_${randomUUID()}`, object: "event", type, created: Math.floor(Date.now() / 1_000), data: { object } };
  await alone.sql("insert into provider_event (id, type, payload) values ($1, $2, $3)", [event.id, type, event]);
  await app.transact(async (tx) => tx.later("process-event", event.id));
  return event.id;
}

const receivePaid = ({ id }: Payment, wishes = {}) =>
  receive("payment_intent.succeeded", {
    id: `pi_${id}`,
    metadata: { payment_id: id },
    status: "succeeded",
    amount_received: 18_000_000,
    currency: "cop",
    ...wishes,
  });

const noteOf = (id: string) => alone.sql("select error, processed_at is not null as done from provider_event where id = $1", [id]);
