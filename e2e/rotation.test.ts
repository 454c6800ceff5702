import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import type { Objects } from "@lacio/stripe-sandbox/testing/sandbox";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { localSecrets, type Secrets } from "@lacio/testkit/environment";
import { addLogin, changePassword, dropLogin } from "@lacio/testkit/infra/databases";
import { redisAnswers, withRedis } from "@lacio/testkit/infra/redis";
import { startSystem, type System } from "@lacio/testkit/system";
import { clientFor, makeDue, signUp, sql, until } from "@lacio/testkit/testing";
import { connect } from "@nats-io/transport-node";
import { decodeProtectedHeader } from "jose";
import { quiet } from "./quiet.ts";
import { startLoad } from "./rotation/load.ts";
import { replicasOf } from "./rotation/replicas.ts";

// docs/operating.md, played: each secret is changed under load, by rolling updates, and nobody's call fails.
jest.setTimeout(240_000);

let system: System;
let secrets: Secrets;
let auth: Awaited<ReturnType<typeof replicasOf>>;
let payments: Awaited<ReturnType<typeof replicasOf>>;
let load: Awaited<ReturnType<typeof startLoad>>;
let running: { stop(): Promise<void> }[] = [];

await beforeTests(
  async () => {
    system = await startSystem({
      services: ["auth", "users", "staff", "availability", "booking", "payments"],
      edge: false,
      fsync: false,
      env: { RECONCILE_SECONDS: "3600" }, // nobody asks for the payment that a webhook did not report
    });
    secrets = localSecrets(system.dir);
    [auth, payments] = [await replicasOf(system, "auth"), await replicasOf(system, "payments")];
    load = await startLoad(system, auth, payments);
  },
  () => system?.stop(),
);

beforeEach(async () => {
  const [ana, eva] = [await signUp(system), await signUp(system)];
  running = [load.signIn(ana), await load.refresh(ana), await load.refresh(eva), load.book()];
  await atWork();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  expect(load.failures).toEqual([]);
  await everythingArrived();
});

test("KEY_ENCRYPTION_SECRET, in three roll-outs", async () => {
  const [old, next] = [secrets.keyEncryption, randomBytes(32).toString("base64")];
  const kid = await signingKey();
  await auth.rollOut({ KEY_ENCRYPTION_SECRET: `${old},${next}` });
  await atWork();
  await auth.rollOut({ KEY_ENCRYPTION_SECRET: `${next},${old}` });
  await atWork();
  await makeDue(system, "auth", "rotate-keys");
  for (const ops of auth.ops()) await until(async () => (await sealedWithSecond(ops)) === "0");
  await auth.rollOut({ KEY_ENCRYPTION_SECRET: next });
  await atWork();
  expect(await signingKey()).toBe(kid);
});

test("STRIPE_WEBHOOK_SECRET, in two roll-outs around the change at the provider", async () => {
  const [old, next] = [secrets.stripeWebhook, `whsec_${randomBytes(32).toString("base64url")}`];
  await payments.rollOut({ STRIPE_WEBHOOK_SECRET: `${next},${old}` });
  await atWork();
  await running.pop()!.stop(); // Stripe changes the secret without an outage, the sandbox by a restart
  await system.process("stripe-sandbox").restart({ STRIPE_WEBHOOK_SECRET: next });
  running.push(load.book());
  await atWork();
  await payments.rollOut({ STRIPE_WEBHOOK_SECRET: next });
  await atWork();
  const { events } = (await (await fetch(`${system.urls.stripe}/_sandbox/objects`)).json()) as Objects;
  expect(events.flatMap(({ delivery }) => delivery.lastAttempts).filter(({ status }) => status === 400)).toEqual([]);
});

test("auth's database passwords: its owner's in place, then a second login and one roll-out", async () => {
  const oldOwner = { ...system, databaseUrls: { ...system.databaseUrls } };
  system.databaseUrls.auth = await changePassword(system.urls.postgres!, "auth", "auth_owner");
  await expect(sql(oldOwner, "auth", "select 1")).rejects.toThrow(/password authentication failed/);
  await sql(system, "auth", "grant delete on account to auth_running"); // which a migration takes back
  const url = await addLogin(system.urls.postgres!, "auth", "auth_2");
  await auth.rollOut({ DATABASE_URL: url, MIGRATION_DATABASE_URL: system.databaseUrls.auth });
  expect(await sql(system, "auth", "select has_table_privilege('auth_running', 'account', 'delete') as may")).toEqual([{ may: false }]);
  await until(async () => (await sql(system, "auth", "select 1 from pg_stat_activity where usename = 'auth'")).length === 0);
  await dropLogin(system.urls.postgres!, "auth");
  await atWork();
});

test("payments' NATS password: a second login, one roll-out, and the first one goes; nobody leaves the broker", async () => {
  const NATS_URL = await system.natsLogins.addLogin("payments", "payments_2");
  await atWork();
  await payments.rollOut({ NATS_URL });
  await system.natsLogins.dropLogin("payments", "payments");
  const { hostname, port, username: user, password: pass } = new URL(system.environment("payments").NATS_URL!);
  await expect(connect({ servers: `${hostname}:${port}`, user, pass })).rejects.toThrow("Authorization Violation");
  await atWork();
  for (const log of fs.globSync(`${system.dir}/logs/payments*.log`))
    expect(fs.readFileSync(log, "utf8")).not.toContain("connection to NATS");
});

test("auth's Redis password: a second one, one roll-out, and the first one goes", async () => {
  const asOperator = (...command: string[]) => withRedis(system.urls.redis!, (redis) => redis.call(...(command as [string])));
  const [old, next] = [new URL(system.environment("auth").REDIS_URL!), new URL(system.environment("auth").REDIS_URL!)];
  next.password = randomBytes(18).toString("base64url");
  await asOperator("ACL", "SETUSER", "auth", `>${next.password}`);
  await auth.rollOut({ REDIS_URL: next.href });
  await asOperator("ACL", "SETUSER", "auth", `<${old.password}`);
  await asOperator("CLIENT", "KILL", "USER", "auth");
  await expect(redisAnswers(old.href)).rejects.toThrow("WRONGPASS");
  await atWork();
  for (const log of fs.globSync(`${system.dir}/logs/auth*.log`)) expect(fs.readFileSync(log, "utf8")).not.toContain("Redis is away");
});

/** Everybody has succeeded twice since: at least one turn began after what was done before. */
async function atWork(): Promise<void> {
  const before = { ...load.done };
  const patience = { timeoutMs: 60_000 };
  await until(
    () => Object.entries(load.done).every(([what, times]) => times >= (before[what] ?? 0) + 2) || load.failures.length > 0,
    patience,
  );
}

/** Every chain of refresh tokens goes on, every payment is known, and every fact was handled. */
async function everythingArrived(): Promise<void> {
  for (const chain of load.chains)
    await auth.call((around) => clientFor(AuthService, around).refresh(chain)).then((answer) => Object.assign(chain, answer));
  expect(await sql(system, "auth", "select id from session where revoked_at is not null")).toEqual([]);
  await until(async () => (await sql(system, "payments", "select 1 from payment where status <> 'SUCCEEDED'")).length === 0, {
    timeoutMs: 60_000,
  });
  await quiet(system);
  for (const [subject, consumer] of [
    ["auth.account_registered", "users"],
    ["booking.created", "availability"],
    ["payments.succeeded", "booking"],
  ] as const) {
    const told = await sql(system, subject.split(".")[0]!, "select id from outbox where subject = $1 order by 1", [subject]);
    const handled = await sql(system, consumer, "select event_id as id from inbox where subject = $1 order by 1", [subject]);
    expect(`${subject}: ${handled.length}`).toBe(`${subject}: ${told.length}`);
    expect(handled).toEqual(told);
  }
}

async function signingKey(): Promise<string> {
  const { accessToken } = await auth.call((around) => clientFor(AuthService, around).login(system.admin));
  return decodeProtectedHeader(accessToken).kid!;
}

async function sealedWithSecond(ops: string): Promise<string | undefined> {
  const metrics = await (await fetch(`${ops}/metrics`)).text();
  return /^lacio_signing_keys\{sealed_with="second"\} (\d+)/m.exec(metrics)?.[1];
}
