import { expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startSystem, type Replica, type System } from "@lacio/testkit/system";
import { sql, until } from "@lacio/testkit/testing";
import { startProxy, type Proxy } from "./leader/proxy.ts";

// Two replicas of a service; the leader is stopped (SIGSTOP) or partitioned. Its kernel keeps its TCP connections alive, so PostgreSQL does not
// notice at once.
let system: System;
let proxy: Proxy;
let stopped: Replica;
let cutOff: Replica;
await beforeTests(
  async () => {
    system = await startSystem({ services: ["auth", "users"], edge: false, stripe: false, fsync: false });
    proxy = await startProxy(system.environment("users").DATABASE_URL!);
    stopped = await leadAlone("auth");
    cutOff = await leadAlone("users", { DATABASE_URL: proxy.url });
  },
  async () => {
    await system?.stop();
    proxy?.stop();
  },
);

/** Makes a replica the leader: the first process is restarted once the replica has the advisory lock. */
async function leadAlone(service: string, env: Record<string, string> = {}): Promise<Replica> {
  const replica = await system.startReplica(service, env);
  await system.process(service).kill();
  await until(() => leads(replica.ops));
  await system.process(service).restart();
  return replica;
}

async function metric(ops: string, line: RegExp): Promise<number> {
  const text = await (await fetch(`${ops}/metrics`, { signal: AbortSignal.timeout(2_000) })).text();
  return Number(line.exec(text)?.[1] ?? 0);
}

async function leads(ops: string): Promise<boolean> {
  return (await metric(ops, /^lacio_leading (\d)$/m)) === 1;
}

const other = (service: string) => system.urls[`${service}-ops`]!;

// Which the broker takes from them; to react to these is no part of this test.
const subjects: Record<string, string> = { auth: "auth.account_enabled", users: "users.account_erased" };

/** Writes an event into the outbox. */
async function emit(service: string): Promise<string> {
  const id = crypto.randomUUID();
  await sql(system, service, "insert into outbox (id, subject, type, key, payload) values ($1, $2, '', $3, '')", [
    id,
    subjects[service],
    id,
  ]);
  return id;
}

async function published(service: string, id: string): Promise<boolean> {
  return (await sql(system, service, "select 1 from outbox where id = $1 and published_at is not null", [id])).length === 1;
}

/** Every event of the outbox is in the stream exactly once. */
async function expectInStreamOnce(service: string): Promise<void> {
  const rows = await sql<{ all: string; places: string; highest: string }>(
    system,
    service,
    "select count(*) as all, count(distinct stream_seq) as places, max(stream_seq) as highest from outbox",
  );
  expect(rows[0]).toEqual({ all: rows[0]!.all, places: rows[0]!.all, highest: rows[0]!.all });
}

const patience = { timeoutMs: 30_000 }; // the promised failover time; the server's own timeout is 20 s

test("the relay goes on elsewhere after a leader is stopped, or its connection swallows packets", async () => {
  await stopped.kill("SIGSTOP");
  proxy.swallow();
  await Promise.all(["auth", "users"].map(succeeded));
});

async function succeeded(service: string): Promise<void> {
  const event = await emit(service);
  await until(() => published(service, event), patience);
  expect(await leads(other(service))).toBe(true);
}

test("the one that was stopped does no harm when it wakes up: it leads no more, and every event is there once", async () => {
  const meanwhile = await emit("auth");
  await stopped.kill("SIGCONT");
  await until(async () => !(await leads(stopped.ops)), patience);
  for (const id of [meanwhile, await emit("auth")]) await until(() => published("auth", id));
  await expectInStreamOnce("auth");
  await system.process("auth").kill();
  await until(() => leads(stopped.ops)); // a replica that was stopped can become leader again
});

test("the one that was cut off knows it, and works as the others do when packets pass again", async () => {
  await until(async () => !(await leads(cutOff.ops)), patience);
  proxy.recover();
  await until(async () => (await fetch(`${cutOff.ops}/readyz`)).ok, patience);
  const event = await emit("users");
  await until(() => published("users", event));
  await expectInStreamOnce("users");
  await system.process("users").kill();
  await until(() => leads(cutOff.ops), patience);
});
