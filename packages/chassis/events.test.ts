import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { defineEntity, p } from "@mikro-orm/core";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createDatabase } from "@lacio/dev/infra/postgres";
import { startInfra, type Infra } from "@lacio/dev/infra/index";
import { until } from "@lacio/dev/testing";
import { AccountRegisteredSchema, PasswordResetRequestedSchema, RefreshTokenReusedSchema } from "@lacio/proto/auth/v1/events";
import { v4 as uuid } from "uuid";
import { openBus, type Bus } from "./bus.ts";
import { chassisConfig, Env } from "./config.ts";
import { on, startConsumers, type Once } from "./consume.ts";
import { openDatabase, type Database } from "./db.ts";
import { fact } from "./fact.ts";
import { startLead } from "./lead.ts";
import { createLog } from "./log.ts";
import { relayOutbox } from "./relay.ts";

// One owner ("auth") and one consumer on real PostgreSQL and NATS.
const log = createLog("test", process.env.LOG_LEVEL ?? "silent");
const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-events-"));
let infra: Infra;
let owner: Database;
let consumer: Database;
let bus: Bus;
let stops: (() => Promise<void>)[] = [];
const seen: string[] = [];
const poison = new Set<string>();

// What an event does in this test: one row.
const EffectSchema = defineEntity({
  name: "Effect",
  tableName: "effect",
  properties: { id: p.bigint("number").primary().autoincrement(), accountId: p.text() },
});
class Effect extends EffectSchema.class {}
EffectSchema.setClass(Effect);

const configOf = (service: string, databaseUrl: string) =>
  chassisConfig(
    new Env({ DATABASE_URL: databaseUrl, NATS_URL: infra.nats.url, EVENT_MAX_DELIVERIES: "2", EVENT_ACK_WAIT_MS: "1000" }),
    service,
  );

async function handle({ accountId }: { accountId: string }, once: Once) {
  if (poison.has(accountId)) throw new Error("poison");
  await once(async (tx) => {
    tx.add(Object.assign(new Effect(), { accountId }));
    seen.push(accountId);
  });
}

beforeAll(async () => {
  infra = await startInfra({ dir, fsync: false });
  const ownerConfig = configOf("auth", await createDatabase(infra.postgres.url, "auth"));
  const consumerConfig = configOf("users", await createDatabase(infra.postgres.url, "users"));
  owner = await openDatabase(ownerConfig, { entities: [Effect], migrations: [] }, log);
  consumer = await openDatabase(consumerConfig, { entities: [Effect], migrations: [] }, log);
  await owner.migrate();
  await consumer.migrate();
  await consumer.sql("create table effect (id bigint generated always as identity, account_id text not null)");
  bus = await openBus(ownerConfig, log);
  const relay = startLead(ownerConfig, log, [relayOutbox(ownerConfig, owner, bus, log)]);
  const consumers = startConsumers(consumerConfig, consumer, bus, log, [
    on(AccountRegisteredSchema, handle),
    on(PasswordResetRequestedSchema, handle),
  ]);
  stops = [() => consumers.stop(), () => relay.stop()];
});

afterAll(async () => {
  for (const stop of stops) await stop();
  await bus?.nc.close();
  await owner?.close();
  await consumer?.close();
  await infra?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const registered = (accountId: string, key = accountId) => fact(AccountRegisteredSchema, key, { accountId });
const effectsOf = async (accountId: string) => (await consumer.sql("select 1 from effect where account_id = $1", [accountId])).length;
const emit = (...facts: ReturnType<typeof registered>[]) => owner.transact(async (tx) => tx.emit(...facts));

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

  test("facts of one aggregate arrive in their order, from sixteen writers at once", async () => {
    const keys = Array.from({ length: 16 }, () => uuid());
    await Promise.all(
      keys.map(async (key) => {
        for (let n = 0; n < 25; n++) await emit(registered(`${key} ${n}`, key));
      }),
    );
    await until(() => keys.every((key) => seen.includes(`${key} 24`)));
    for (const key of keys)
      expect(seen.filter((entry) => entry.startsWith(key))).toEqual(Array.from({ length: 25 }, (_, n) => `${key} ${n}`));
  });

  test("an event that comes again has no second effect", async () => {
    const account = uuid();
    await emit(registered(account));
    await until(async () => (await effectsOf(account)) === 1);
    const [row] = await owner.sql<{ id: string; payload: Buffer }>("select id, payload from outbox where key = $1", [account]);
    const { headers } = await import("@nats-io/transport-node");
    const head = headers();
    head.set("ce-id", row!.id);
    await bus.js.publish("auth.account_registered", row!.payload, { headers: head }); // without a message id JetStream takes it for a new one
    const later = uuid();
    await emit(registered(later));
    await until(async () => (await effectsOf(later)) === 1);
    expect(await effectsOf(account)).toBe(1);
  });

  test("what fails for ever becomes a dead letter and holds up nobody", async () => {
    const [bad, good] = [uuid(), uuid()];
    poison.add(bad);
    await emit(registered(bad), registered(good));
    await until(async () => (await effectsOf(good)) === 1);
    const [letter] = await until(async () => {
      const rows = await consumer.sql<{ subject: string; deliveries: number; error: string; headers: Record<string, string> }>(
        "select * from dead_letter where headers->>'lacio-key' = $1",
        [bad],
      );
      return rows.length > 0 && rows;
    });
    expect(letter).toMatchObject({ subject: "auth.account_registered", deliveries: 2, error: "Error: poison" });
    expect(await effectsOf(bad)).toBe(0);
  });

  test("an event nobody here knows is passed over", async () => {
    await emit(fact(RefreshTokenReusedSchema, "x", { accountId: "x" }));
    const account = uuid();
    await emit(fact(PasswordResetRequestedSchema, account, { accountId: account }));
    await until(async () => (await effectsOf(account)) === 1);
  });

  test("the broker is killed and comes back: nothing is lost, nothing happens twice", async () => {
    const accounts = Array.from({ length: 40 }, () => uuid());
    await Promise.all(accounts.slice(0, 20).map((account) => emit(registered(account))));
    await infra.nats.kill("SIGKILL");
    await Promise.all(accounts.slice(20).map((account) => emit(registered(account))));
    await infra.nats.restart();
    for (const account of accounts) await until(async () => (await effectsOf(account)) === 1, { timeoutMs: 30_000 });
  });

  test("the database is killed and comes back: the same", async () => {
    const account = uuid();
    await emit(registered(account));
    await infra.postgres.kill("SIGKILL");
    await expect(emit(registered(uuid()))).rejects.toThrow();
    await infra.postgres.restart();
    const later = uuid();
    await until(() => emit(registered(later)).then(() => true));
    await until(async () => (await effectsOf(account)) === 1, { timeoutMs: 30_000 });
    await until(async () => (await effectsOf(later)) === 1, { timeoutMs: 30_000 });
  });

  test("connections that die inside a transaction do not use up the pool", async () => {
    for (let n = 0; n < 12; n++) {
      const dying = owner.transact(async (tx) => tx.sql("select pg_terminate_backend(pg_backend_pid())"));
      await expect(dying).rejects.toThrow();
    }
    const account = uuid();
    await emit(registered(account));
    await until(async () => (await effectsOf(account)) === 1);
  });

  test("the broker loses its whole store: the outbox fills it again", async () => {
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
