import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { RefreshTokenReusedSchema } from "@lacio/proto/auth/v1/events";
import { headers } from "@nats-io/transport-node";
import { v4 as uuid } from "uuid";
import type { Bus } from "./bus.ts";
import { on } from "./consume.ts";
import type { Database } from "./db.ts";
import { fact } from "./fact.ts";
import { registered, startEvents, type Events } from "./testing/events.ts";

let events: Events;
let owner: Database;
let consumer: Database;
let bus: Bus;
let seen: string[];
const poison = new Set<string>();

beforeAll(async () => {
  events = await startEvents({
    trouble(accountId) {
      if (poison.has(accountId)) throw new Error("poison");
    },
  });
  ({ owner, consumer, bus, seen } = events);
});
afterAll(() => events?.stop());

const effectsOf = (accountId: string) => events.effectsOf(accountId);
const emit = (...facts: ReturnType<typeof registered>[]) => events.emit(...facts);

describe("events", () => {
  test("what is committed arrives once; what is rolled back never does", async () => {
    const [kept, lost] = [uuid(), uuid()];
    await expect(
      owner.transact(async (tx) => {
        tx.emit(registered(lost));
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    await emit(registered(kept));
    await until(async () => (await effectsOf(kept)) === 1);
    expect(await effectsOf(lost)).toBe(0);
    expect(await owner.sql("select 1 from outbox where key = $1", [lost])).toEqual([]);
  });

  test("facts of one aggregate keep their order in the stream, and none is lost, with sixteen concurrent writers", async () => {
    const keys = Array.from({ length: 16 }, () => uuid());
    await Promise.all(
      keys.map(async (key) => {
        for (let n = 0; n < 25; n++) await emit(registered(`${key} ${n}`, key));
      }),
    );
    await until(() => keys.every((key) => seen.includes(`${key} 24`)));
    for (const key of keys) {
      const sequence = await events.sequenceOf(key);
      expect(sequence).toHaveLength(25);
      expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
    }
  });

  test("a redelivered event has no second effect", async () => {
    const account = uuid();
    await emit(registered(account));
    await until(async () => (await effectsOf(account)) === 1);
    const [row] = await owner.sql<{ id: string; payload: Buffer }>("select id, payload from outbox where key = $1", [account]);
    const head = headers();
    head.set("ce-id", row!.id);
    head.set("ce-type", "lacio.auth.v1.AccountRegistered");
    const handledAt = async () =>
      (await consumer.sql<{ handled_at: Date }>("select handled_at from inbox where event_id = $1", [row!.id]))[0]!.handled_at;
    const before = await handledAt();
    await bus.js.publish("auth.account_registered", row!.payload, { headers: head }); // no message id: JetStream does not deduplicate
    await until(async () => (await handledAt()) > before); // the redelivery renewed the inbox row's retention
    const later = uuid();
    await emit(registered(later));
    await until(async () => (await effectsOf(later)) === 1);
    expect(await effectsOf(account)).toBe(1);
  });

  test("an event that always fails becomes a dead letter and does not block the others", async () => {
    const [bad, good] = [uuid(), uuid()];
    poison.add(bad);
    await emit(registered(bad), registered(good));
    await until(async () => (await effectsOf(good)) === 1);
    const [letter] = await until(async () => {
      const rows = await consumer.sql<{ subject: string; failures: number; error: string; headers: Record<string, string> }>(
        "select * from dead_letter where headers->>'lacio-key' = $1",
        [bad],
      );
      return rows.length > 0 && rows;
    });
    expect(letter).toMatchObject({ subject: "auth.account_registered", failures: 2, error: "Error: poison" });
    expect(await effectsOf(bad)).toBe(0);
  });

  test.each([
    ["without an outbox id", { "ce-type": "lacio.auth.v1.AccountRegistered" }],
    ["with the body of another event", { "ce-id": uuid(), "ce-type": "lacio.auth.v1.PasswordResetRequested" }],
  ])("an event %s is refused, and delivered once only", async (_, values) => {
    const account = uuid();
    const { payload } = registered("forged");
    const head = headers();
    for (const [name, value] of Object.entries(values)) head.set(name, value);
    const { seq, stream } = await bus.js.publish("auth.account_registered", payload, { headers: head });
    await emit(registered(account));
    await until(async () => (await effectsOf(account)) === 1);
    // All up to it are acked or terminated: nothing is redelivered.
    await until(async () => (await bus.jsm.consumers.info(stream, "users")).ack_floor.stream_seq >= seq);
    expect(await effectsOf("forged")).toBe(0);
  });

  test("an event that only a newer version handles is given back until one of its replicas has it", async () => {
    const [known, unknown] = [uuid(), uuid()];
    await emit(fact(RefreshTokenReusedSchema, unknown, { accountId: unknown }), registered(known));
    await until(async () => (await effectsOf(known)) === 1);
    const handled: string[] = [];
    const newer = events.startReplica(on(RefreshTokenReusedSchema, async ({ accountId }) => void handled.push(accountId)));
    await until(() => handled.includes(unknown));
    await newer.stop();
  });

  test("events that only a newer version handles do not hold up the others, and are warned of once", async () => {
    const given = () => events.warnings.filter((text) => text.includes("only a newer version handles")).length;
    const before = given();
    const [known, ...unknown] = Array.from({ length: 66 }, () => uuid());
    await emit(...unknown.map((id) => fact(RefreshTokenReusedSchema, id, { accountId: id })), registered(known!));
    await until(async () => (await effectsOf(known!)) === 1);
    expect([before, given()]).toEqual([1, 1]);
    const handled = new Set<string>();
    const newer = events.startReplica(on(RefreshTokenReusedSchema, async ({ accountId }) => void handled.add(accountId)));
    await events.first.stop(); // which ends the update: as long as it runs, it takes most of what it gives back
    await until(() => unknown.every((id) => handled.has(id)));
    events.startReplica();
    await newer.stop();
  });

  test("the broker is killed and comes back: nothing is lost, nothing happens twice", async () => {
    const accounts = Array.from({ length: 40 }, () => uuid());
    await Promise.all(accounts.slice(0, 20).map((account) => emit(registered(account))));
    await events.infra.nats.kill("SIGKILL");
    await Promise.all(accounts.slice(20).map((account) => emit(registered(account))));
    await events.infra.nats.restart();
    for (const account of accounts) await until(async () => (await effectsOf(account)) === 1, { timeoutMs: 30_000 });
  });

  test("the database is killed and comes back: the same", async () => {
    const account = uuid();
    await emit(registered(account));
    await events.infra.postgres.kill("SIGKILL");
    await expect(emit(registered(uuid()))).rejects.toThrow();
    await events.infra.postgres.restart();
    const later = uuid();
    await until(() => emit(registered(later)).then(() => true));
    await until(async () => (await effectsOf(account)) === 1, { timeoutMs: 30_000 });
    await until(async () => (await effectsOf(later)) === 1, { timeoutMs: 30_000 });
  });

  test("connections that die inside a transaction do not leak from the pool", async () => {
    for (let n = 0; n < 12; n++) {
      const dying = owner.transact(async (tx) => tx.sql("select pg_terminate_backend(pg_backend_pid())"));
      await expect(dying).rejects.toThrow();
    }
    const account = uuid();
    await emit(registered(account));
    await until(async () => (await effectsOf(account)) === 1);
  });

  test("the broker loses its whole store: the stream is refilled from the outbox", async () => {
    const before = (await consumer.sql("select 1 from effect")).length;
    await bus.jsm.streams.delete("AUTH");
    const account = uuid();
    await emit(registered(account));
    await until(async () => (await effectsOf(account)) === 1, { timeoutMs: 30_000 });
    const all = (await owner.sql("select 1 from outbox")).length;
    await until(async () => (await bus.jsm.streams.info("AUTH")).state.messages === all, { timeoutMs: 30_000 });
    expect((await consumer.sql("select 1 from effect")).length).toBe(before + 1);
  });
});
