import { createHmac } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { localSecrets } from "@lacio/testkit/environment";
import { startSystem, type System } from "@lacio/testkit/system";
import { mails, makeDue, sql, trustEdge, until } from "@lacio/testkit/testing";
import { expectSoldOnce, sold, statusOf, type Sale } from "./invariants.ts";
import { provider } from "./provider.ts";
import { quiet } from "./quiet.ts";
import { at, decide, ensureNumbering, hold, openSalon, payments, type Salon } from "./salon.ts";

let system: System;
let salon: Salon;
let hour = 8;

// Payments are asked about at intervals too long to pass: until the last test only webhooks count.
await beforeTests(
  async () => {
    system = await startSystem({ fsync: false, serviceEnv: { payments: { RECONCILE_SECONDS: "3600" } } });
    trustEdge(system);
    await ensureNumbering(system);
    salon = await openSalon(system);
  },
  () => system?.stop(),
);
afterEach(() => provider(system).faults({ webhooks: "deliver" }));

async function checkout(): Promise<Sale & { checkoutUrl: string }> {
  const { client, bookingId } = await hold(system, salon, at(1, `${String(hour++).padStart(2, "0")}:00`));
  const { checkoutUrl } = await payments(system, client).startPayment({ bookingId });
  return { bookingId, email: client.email, checkoutUrl };
}

/** Approves a payment whose webhooks are dropped. */
async function approveUnheard({ checkoutUrl, bookingId }: { checkoutUrl: string; bookingId: string }) {
  await provider(system).faults({ webhooks: "drop" });
  await decide(checkoutUrl, "approve");
  return until(async () => {
    const events = await provider(system).events(bookingId);
    return events.every(({ delivery }) => delivery.state === "dropped") && events;
  });
}

/** Every effect exactly once, and one confirmation mail with the invoice attached. */
async function expectToldOnce(sale: Sale): Promise<void> {
  await quiet(system);
  await expectSoldOnce(system, sale);
  const confirmations = (await mails(system, sale.email)).filter(({ subject }) => subject.startsWith("Cita confirmada"));
  const attached = confirmations.map(({ attachments }) => attachments.map(({ bytes }) => bytes.subarray(0, 5).toString()));
  expect(attached).toEqual([["%PDF-", "BEGIN"]]);
}

describe("webhooks that come", () => {
  test.each([
    ["five times each", { webhooks: "duplicate", copies: 5 }],
    ["out of order", { webhooks: "reorder", delayMs: 200 }],
  ])("%s, and later again from two connections at once: one sale", async (_, faults) => {
    const { checkoutUrl, ...sale } = await checkout();
    await provider(system).faults(faults);
    await decide(checkoutUrl, "decline");
    await decide(checkoutUrl, "approve");
    await sold(system, sale);
    const events = await provider(system).events(sale.bookingId);
    expect(events.length).toBeGreaterThan(2);
    await Promise.all([events, events.toReversed()].map(resendAll));
    await expectToldOnce(sale);
  });

  test("only now, the last one first, each five times, from two connections at once: one sale", async () => {
    const sale = await checkout();
    const events = await approveUnheard(sale);
    await Promise.all([events, events].map((both) => resendAll(both.toReversed())));
    await sold(system, sale);
    await expectToldOnce(sale);
  });

  async function resendAll(events: { id: string }[]): Promise<void> {
    for (const { id } of events) await provider(system).resend(id, 5);
  }
});

describe("a webhook with the provider's own words is refused, and changes nothing, when", () => {
  let sale: Sale;
  let body: string;

  beforeAll(async () => {
    const approved = await checkout();
    sale = approved;
    const events = await approveUnheard(approved);
    // `delivery` is the sandbox's own field, not part of the webhook's body.
    body = JSON.stringify({ ...events.find(({ type }) => type === "payment_intent.succeeded")!, delivery: undefined });
  });

  const sign = (payload: string, { secret = localSecrets(system.dir).stripeWebhook, age = 0 } = {}) => {
    const t = Math.floor(Date.now() / 1_000) - age;
    return `t=${t},v1=${createHmac("sha256", secret).update(`${t}.${payload}`).digest("hex")}`;
  };
  const post = async (payload: string, signature?: string) =>
    (
      await fetch(`${system.urls.edge}/webhooks/stripe`, {
        method: "POST",
        body: payload,
        headers: { "content-type": "application/json", ...(signature && { "stripe-signature": signature }) },
      })
    ).status;
  const state = async () => ({
    events: await sql(system, "payments", "select id from provider_event order by id"),
    payment: await sql(system, "payments", "select status, revision from payment where booking_id = $1", [sale.bookingId]),
    booking: await sql(system, "booking", "select status, revision from booking where id = $1", [sale.bookingId]),
  });

  test.each<[string, () => Promise<number>]>([
    ["it is not signed", () => post(body)],
    ["somebody else signed it", () => post(body, sign(body, { secret: "whsec_other" }))],
    ["it was signed 301 seconds ago", () => post(body, sign(body, { age: 301 }))],
    ["it was altered on the way", () => post(body.replace("succeeded", "Succeeded"), sign(body))],
  ])("%s", async (_, call) => {
    const before = await state();
    expect(await call()).toBe(400);
    expect(await state()).toEqual(before);
    expect(await statusOf(system, sale.bookingId)).toBe("PENDING_PAYMENT");
  });

  test("and taken when it is signed as it should be", async () => {
    expect(await post(body, sign(body))).toBe(200);
    await sold(system, sale);
  });
});

test("webhooks that never come are made up for by the reconciler", async () => {
  const sale = await checkout();
  await approveUnheard(sale);
  expect(await statusOf(system, sale.bookingId)).toBe("PENDING_PAYMENT");
  await makeDue(system, "payments", "settle-payment");
  await sold(system, sale);
  await expectToldOnce(sale);
});
