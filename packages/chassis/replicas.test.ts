import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { v4 as uuid } from "uuid";
import { registered, startEvents, type Events } from "./testing/events.ts";

// Replicas of one consumer start and stop under a steady load of events.
let events: Events;
beforeAll(async () => {
  events = await startEvents({ ackWaitMs: 10_000 });
});
afterAll(() => events?.stop());

const consumer = () => events.bus.jsm.consumers.info("AUTH", "users");

test("fifty replicas start and stop under load: nothing is replayed, nothing is missing, nothing happens twice", async () => {
  await events.emit(registered(uuid()));
  const before = await until(consumer);
  let sent = 1;
  let loading = true;
  const load = (async () => {
    for (; loading; sent++) await events.emit(registered(uuid()));
  })();
  for (let n = 0; n < 50; n++) {
    const replica = events.startReplica();
    const reached = sent;
    await until(() => sent > reached + 2);
    await replica.stop();
  }
  loading = false;
  await load;
  await until(async () => (await events.consumer.sql("select 1 from inbox")).length === sent, { timeoutMs: 60_000 });
  const after = await until(async () => {
    const info = await consumer();
    return info.num_ack_pending === 0 && info;
  });
  expect(after.created).toBe(before.created); // the consumer was not recreated
  expect(after.delivered.stream_seq).toBe(sent);
  expect(events.seen.length).toBe(sent);
});

test("a replica that is stopped while it subscribes ends", async () => {
  for (let n = 0; n < 40; n++) {
    const replica = events.startReplica();
    for (let turn = 0; turn < n; turn++) await new Promise((resolve) => setImmediate(resolve));
    await replica.stop();
  }
});
