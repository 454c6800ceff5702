import { cpSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { v4 as uuid } from "uuid";
import { registered, startEvents, type Events } from "./testing/events.ts";

// JetStream lost events that it had acknowledged: a restored backup, a recreated stream. Nothing is published meanwhile.
let events: Events;
beforeAll(async () => {
  events = await startEvents();
});
afterAll(() => events?.stop());

const streamed = async () => (await events.bus.jsm.streams.info("AUTH")).state.messages;
const recorded = async () => (await events.owner.sql("select 1 from outbox where published_at is not null")).length;
const store = () => path.join(events.dir, "nats/jetstream");
const backup = () => path.join(events.dir, "backup");

async function emitAndHandle(...accounts: string[]): Promise<void> {
  await events.emit(...accounts.map((account) => registered(account)));
  for (const account of accounts) await until(async () => (await events.effectsOf(account)) === 1, { timeoutMs: 30_000 });
}

async function whileDown(change: () => void): Promise<void> {
  await events.infra.nats.kill("SIGKILL");
  change();
  await events.infra.nats.restart();
}

test("a restored backup without traffic: the lost tail is published again, also the second time", async () => {
  await emitAndHandle(uuid(), uuid());
  const before = (await events.bus.jsm.consumers.info("AUTH", "users")).created;
  await whileDown(() => cpSync(store(), backup(), { recursive: true }));
  await emitAndHandle(uuid(), uuid(), uuid());
  for (let loss = 1; loss <= 2; loss++) {
    await whileDown(() => {
      rmSync(store(), { recursive: true });
      cpSync(backup(), store(), { recursive: true });
    });
    await until(async () => (await streamed()) === 5, { timeoutMs: 30_000 });
    await until(async () => (await recorded()) === 5);
  }
  expect(events.seen.length).toBe(5); // no event had a second effect
  // Durable consumers track sequence numbers, which are void now: they were made anew, and read from the start.
  expect((await events.bus.jsm.consumers.info("AUTH", "users")).created).not.toBe(before);
});

test("a stream recreated unnoticed: the next event's sequence number shows it, and all are published again", async () => {
  const { jsm } = events.bus;
  const { config } = await jsm.streams.info("AUTH");
  await jsm.streams.delete("AUTH");
  await jsm.streams.add(config);
  await emitAndHandle(uuid());
  await until(async () => (await streamed()) === 6, { timeoutMs: 30_000 });
  await until(async () => (await recorded()) === 6);
  expect(events.seen.length).toBe(6);
});

test("an event that a dying relay published at a lost event's sequence number hides no loss", async () => {
  const { jsm } = events.bus;
  const { config } = await jsm.streams.info("AUTH");
  const [first] = await events.owner.sql<{ stream_seq: string }>("select min(stream_seq) as stream_seq from outbox");
  // The provisioner makes a missing stream, too: until ours was the first.
  await until(async () => {
    await jsm.streams.delete("AUTH");
    return jsm.streams.add({ ...config, first_seq: Number(first!.stream_seq) });
  });
  // As the dead relay left it: in the stream, at the first lost event's sequence number, and not recorded in the outbox.
  const [row] = await events.owner.sql<{ id: string; payload: Buffer }>("select id, payload from outbox order by stream_seq desc limit 1");
  await events.bus.js.publish("auth.account_registered", row!.payload, { msgID: row!.id });
  await events.owner.sql("update outbox set published_at = null, stream_seq = null where id = $1", [row!.id]);
  await until(async () => (await recorded()) === 6); // published alone, it is only a duplicate
  await emitAndHandle(uuid());
  await until(async () => (await streamed()) === 7, { timeoutMs: 30_000 });
  await until(async () => (await recorded()) === 7);
  expect(events.seen.length).toBe(7);
});
