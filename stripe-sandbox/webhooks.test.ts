import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "@lacio/testkit/testing/until";
import { startSandbox, type Sandbox } from "./testing/sandbox.ts";
import { afterAttempts, type Delivery } from "./webhooks/delivery.ts";

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox()));
afterAll(() => sandbox.close());
afterEach(async () => {
  await sandbox.faults({});
  sandbox.webhooks.answerNext();
  await settled();
  sandbox.webhooks.forget();
});

test("a refused event is sent again, signed with the time of the new attempt", async () => {
  const { webhooks } = sandbox;
  webhooks.answerNext(500, 302);
  const [event] = await expireOne();
  const attempts = await until(() => webhooks.received.length === 3 && webhooks.received);
  expect(new Set(attempts.map(({ event }) => event.id))).toEqual(new Set([event?.id]));
  expect(attempts[2]?.signedAt).toBeGreaterThan(attempts[0]?.signedAt ?? Infinity);
  const delivered = await until(async () => (await deliveries()).find(({ state }) => state === "delivered"));
  expect(delivered.lastAttempts.map(({ status }) => status)).toEqual([500, 302, 200]);
});

test.each(["kill", "terminate"] as const)("what was not delivered goes on after a restart by %s", async (how) => {
  const { webhooks } = sandbox;
  await webhooks.stopListening();
  const session = await sandbox.newSession();
  await sandbox.decide(session, "approve");
  await until(async () => (await deliveries()).some(({ attempts, state }) => attempts > 0 && state === "pending"));
  const before = await sandbox.objects();
  const code = await sandbox[how]();
  expect(code).toBe(how === "kill" ? null : 0);
  // A torn write: half a frame at the end of the write-ahead log.
  appendFileSync(join(sandbox.dataDir, "sandbox.sqlite-wal"), "half a frame");

  await webhooks.listenAgain();
  await sandbox.restart();
  await until(() => new Set(webhooks.types()).size === 2);
  await settled();
  const after = await sandbox.objects();
  expect({ ...after, events: after.events.map(({ id }) => id) }).toEqual({
    ...before,
    events: before.events.map(({ id }) => id),
  });
});

test("nothing is lost when it is killed right after it answered", async () => {
  const sessions = await Promise.all(Array.from({ length: 20 }, () => sandbox.newSession()));
  await Promise.all(sessions.map((session) => sandbox.decide(session, "approve")));
  await sandbox.kill();
  await sandbox.restart();
  await settled();
  const ids = (await sandbox.objects()).events.map(({ id }) => id);
  const told = new Set(sandbox.webhooks.received.map(({ event }) => event.id));
  const paid = (await sandbox.objects()).sessions.filter(({ payment_status }) => payment_status === "paid").map(({ id }) => id);
  expect(paid).toEqual(expect.arrayContaining(sessions.map(({ id }) => id)));
  expect(ids.filter((id) => told.has(id)).length).toBeGreaterThanOrEqual(40);
});

test("drop: never sent, also not later; by hand it is", async () => {
  await sandbox.faults({ webhooks: "drop" });
  const [event] = await expireOne();
  await until(async () => (await deliveries()).at(-1)?.state === "dropped");
  await sandbox.faults({});
  await expireOne();
  await until(() => sandbox.webhooks.received.length > 0);
  expect(sandbox.webhooks.received.map((received) => received.event.id)).not.toContain(event?.id);
  expect((await sandbox.stripe.events.list({ delivery_success: false })).data[0]?.id).toBe(event?.id);

  const resent = await sandbox.control<{ delivery: Delivery }>("POST", `/events/${event?.id}/resend`);
  expect(resent).toMatchObject({ status: 200, body: { delivery: { state: "delivered" } } });
  expect(sandbox.webhooks.received.at(-1)?.event.id).toBe(event?.id);
  expect((await sandbox.control("POST", "/events/evt_none/resend")).status).toBe(404);
  expect((await sandbox.control("POST", `/events/${event?.id}/resend`, { copies: 0 })).status).toBe(400);
});

test("duplicate: as many copies, each on its own connection", async () => {
  await sandbox.faults({ webhooks: "duplicate", copies: 5 });
  await expireOne();
  await until(() => sandbox.webhooks.received.length === 5);
  expect(new Set(sandbox.webhooks.received.map(({ event }) => event.id)).size).toBe(1);
  expect(new Set(sandbox.webhooks.received.map(({ socketPort }) => socketPort)).size).toBe(5);
});

test("delay: not before its time", async () => {
  await sandbox.faults({ webhooks: "delay", delayMs: 1500 });
  const from = Date.now();
  await expireOne();
  await until(() => sandbox.webhooks.received.length === 1);
  expect(Date.now() - from).toBeGreaterThanOrEqual(1500);
});

test("reorder: all come, in another order than they happened", async () => {
  await sandbox.faults({ webhooks: "reorder", delayMs: 3000 });
  const happened = [...(await expireOne()), ...(await expireOne()), ...(await expireOne())].map(({ id }) => id);
  await until(() => sandbox.webhooks.received.length === 3);
  const arrived = sandbox.webhooks.received.map(({ event }) => event.id);
  expect(arrived).not.toEqual(happened);
  expect(arrived.sort()).toEqual(happened.sort());
});

test.each([
  [{ webhooks: "lose" }, "webhooks"],
  [{ webhook: "drop" }, "webhook"],
  [{ copies: 0 }, "copies"],
  [{ copies: "3" }, "copies"],
  [{ delayMs: -1 }, "delayMs"],
  [{ delayMs: 1.5 }, "delayMs"],
  [{ api: 3 }, "api"],
  [{ api: { failNext: -1 } }, "api.failNext"],
  [{ api: { status: 200 } }, "api.status"],
  [{ api: { afterEffect: "yes" } }, "api.afterEffect"],
  [{ api: { fail: 1 } }, "api.fail"],
  [[], ""],
])("faults %j are refused, naming the field", async (faults, field) => {
  await sandbox.faults({ copies: 7 });
  expect(await sandbox.faults(faults)).toMatchObject({ status: 400, body: { error: { field } } });
  expect((await sandbox.control("GET", "/faults")).body).toMatchObject({ webhooks: "deliver", copies: 7 });
});

test("pauses double from one second to a minute, for three days", () => {
  const refused = { at: 0, status: 500, error: null };
  let delivery: Delivery = { state: "pending", attempts: 0, lastAttempts: [], nextAttemptAt: 0, held: false };
  const pauses: number[] = [];
  let now = 0;
  while (delivery.state === "pending") {
    delivery = afterAttempts(delivery, [refused], 0, now);
    if (delivery.nextAttemptAt === null) break;
    pauses.push((delivery.nextAttemptAt - now) / 1000);
    now = delivery.nextAttemptAt;
  }
  expect(pauses.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  expect(delivery.state).toBe("failed");
  expect(now / 3600_000).toBeGreaterThanOrEqual(72);
  expect(now / 3600_000).toBeLessThan(72.1);
  expect(delivery.lastAttempts).toHaveLength(10);
});

async function expireOne() {
  const session = await sandbox.newSession();
  const before = new Set((await sandbox.objects()).events.map(({ id }) => id));
  await sandbox.stripe.checkout.sessions.expire(session.id);
  return (await sandbox.objects()).events.filter(({ id }) => !before.has(id));
}

async function deliveries(): Promise<Delivery[]> {
  return (await sandbox.objects()).events.map(({ delivery }) => delivery);
}

async function settled(): Promise<void> {
  await until(async () => (await deliveries()).every(({ state }) => state !== "pending"));
}
