import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { keratina, startSandbox, type Sandbox } from "./testing/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox()));
afterAll(() => sandbox.close());

test("the same key and parameters get the first answer again, also after a kill", async () => {
  const first = await sandbox.newSession({}, { idempotencyKey: "a" });
  await sandbox.decide(first, "approve");
  const second = await sandbox.newSession({}, { idempotencyKey: "a" });
  await sandbox.kill();
  await sandbox.restart();
  const third = await sandbox.newSession({}, { idempotencyKey: "a" });

  for (const again of [second, third]) {
    expect({ ...again }).toEqual({ ...first });
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(again.lastResponse.headers["original-request"]).toBe(first.lastResponse.requestId);
  }
  expect(first.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
  expect((await sandbox.objects()).sessions).toHaveLength(1);
});

test("the same key with other parameters, or elsewhere, is refused", async () => {
  const key = { idempotencyKey: "b" };
  await sandbox.newSession({}, key);
  const misuse = { statusCode: 400, rawType: "idempotency_error" };
  await expect(sandbox.newSession({ metadata: { bookingId: "b-2" } }, key)).rejects.toMatchObject(misuse);
  await expect(sandbox.stripe.refunds.create({ payment_intent: "pi_x" }, key)).rejects.toMatchObject(misuse);
  await expect(sandbox.newSession({}, { idempotencyKey: "k".repeat(256) })).rejects.toMatchObject({ statusCode: 400 });
});

test("the same key while the first request is at work gets 409, and there is one effect", async () => {
  const before = (await sandbox.objects()).sessions.length;
  await sandbox.faults({ api: { delayMs: 3000 } });
  const create = () => sandbox.newSession({}, { idempotencyKey: "c" });
  const answers = await Promise.allSettled([create(), create(), create()]);
  await sandbox.faults({});
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  for (const error of refused) expect(error).toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
  expect((await sandbox.objects()).sessions).toHaveLength(before + 1);
});

test("bad input is not remembered, a refusal by the object's state is", async () => {
  const { stripe } = sandbox;
  await expect(sandbox.newSession({ success_url: "" }, { idempotencyKey: "d" })).rejects.toMatchObject({ param: "success_url" });
  expect((await sandbox.newSession({}, { idempotencyKey: "d" })).status).toBe("open");

  const session = await sandbox.newSession();
  await sandbox.decide(session, "decline");
  const intent = (await stripe.checkout.sessions.retrieve(session.id)).payment_intent as string;
  const refund = () => stripe.refunds.create({ payment_intent: intent }, { idempotencyKey: "e" });
  await expect(refund()).rejects.toThrow(/does not have a successful charge/);
  await sandbox.decide(session, "approve");
  await expect(refund()).rejects.toMatchObject({ headers: { "idempotent-replayed": "true" } });
});

test("a 500 before the effect leaves nothing, one after it is replayed though the session exists", async () => {
  const count = async () => (await sandbox.objects()).sessions.length;
  const before = await count();
  await sandbox.faults({ api: { failNext: 1, status: 503 } });
  await expect(sandbox.newSession({}, { idempotencyKey: "f" })).rejects.toMatchObject({ statusCode: 503 });
  expect(await count()).toBe(before);
  await sandbox.newSession({}, { idempotencyKey: "f" });
  expect(await count()).toBe(before + 1);

  await sandbox.faults({ api: { failNext: 1, status: 500, afterEffect: true } });
  const create = () => sandbox.newSession({}, { idempotencyKey: "g" });
  await expect(create()).rejects.toMatchObject({ statusCode: 500, rawType: "api_error" });
  await expect(create()).rejects.toMatchObject({ statusCode: 500, headers: { "idempotent-replayed": "true" } });
  expect(await count()).toBe(before + 2);
});

test("an answer lost with its connection is there for the retry", async () => {
  const before = (await sandbox.objects()).sessions.length;
  // Two failures: the SDK itself retries a closed connection once.
  await sandbox.faults({ api: { failNext: 2, afterEffect: true, hangUp: true } });
  const create = () => sandbox.newSession({}, { idempotencyKey: "h" });
  await expect(create()).rejects.toMatchObject({ type: "StripeConnectionError" });
  const { sessions } = await sandbox.objects();
  expect(sessions).toHaveLength(before + 1);
  expect((await create()).id).toBe(sessions.at(-1)?.id);
});

test("a caller that went away does not undo its request", async () => {
  const before = (await sandbox.objects()).sessions.length;
  await sandbox.faults({ api: { delayMs: 1500 } });
  await expect(sandbox.newSession(keratina, { timeout: 500 })).rejects.toMatchObject({ type: "StripeConnectionError" });
  await until(async () => (await sandbox.objects()).sessions.length === before + 1);
  await sandbox.faults({});
});
