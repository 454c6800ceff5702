import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { v4 as uuid } from "uuid";
import type { Bus } from "./bus.ts";
import { deadLetters, outboxLagSeconds } from "./metrics.ts";
import { registered, startEvents, type Events } from "./testing/events.ts";

// The relay while the broker refuses events or is down, and the metrics of that.
let events: Events;
const refusedKeys = new Set<string>();
beforeAll(async () => {
  events = await startEvents({
    relayBus: refusing,
    trouble(accountId) {
      if (accountId === "poison") throw new Error("poison");
    },
  });
});
afterAll(() => events?.stop());

/** Fault injection: JetStream refuses the first event of each of `refusedKeys`, once. */
function refusing(bus: Bus): Bus {
  const publish: Bus["js"]["publish"] = (subject, payload, options) =>
    refusedKeys.delete(options!.headers!.get("lacio-key"))
      ? Promise.reject(new Error("refused"))
      : bus.js.publish(subject, payload, options);
  return { ...bus, js: Object.assign(Object.create(bus.js) as Bus["js"], { publish }) };
}

const lag = async () => (await outboxLagSeconds.get()).values[0]!.value;

test("events of one aggregate keep their order when the broker refuses the first of them", async () => {
  const keys = [uuid(), uuid(), uuid()];
  refusedKeys.add(keys[1]!);
  await events.emit(...[1, 2, 3].flatMap((n) => keys.map((key) => registered(`${key} ${n}`, key))));
  await until(() => keys.every((key) => events.seen.includes(`${key} 3`)));
  for (const key of keys) {
    const sequence = await events.sequenceOf(key);
    expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
  }
});

test("the lag of the outbox grows while the broker is down, and is 0 again afterwards", async () => {
  await events.infra.nats.kill("SIGKILL");
  await events.emit(registered(uuid()));
  await until(async () => (await lag()) > 1);
  await events.infra.nats.restart();
  await until(async () => (await lag()) === 0, { timeoutMs: 30_000 });
});

test("a dead letter is counted, by its subject", async () => {
  await events.emit(registered("poison"));
  await until(async () => (await events.consumer.sql("select 1 from dead_letter")).length === 1);
  const counted = async () =>
    Object.fromEntries((await deadLetters.get()).values.map(({ labels, value }) => [String(labels.subject), value]));
  await until(async () => (await counted())["auth.account_registered"]! > 0);
  expect(await counted()).toEqual({ "auth.account_registered": 1, "auth.password_reset_requested": 0 });
});
