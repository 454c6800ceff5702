import fs from "node:fs";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Health, HealthCheckResponse_ServingStatus } from "@lacio/proto/grpc/health/v1/health";
import { beforeTests } from "@lacio/testkit/before-tests";
import { allotPorts, environmentOf, localSecrets, serviceNames, type Ports, type Surroundings } from "@lacio/testkit/environment";
import { startIdentity, type Identity } from "@lacio/testkit/identity";
import { createDatabase, type DatabaseUrls } from "@lacio/testkit/infra/databases";
import { startInfra } from "@lacio/testkit/infra/index";
import type { Infra } from "@lacio/testkit/infra/servers";
import { removeState } from "@lacio/testkit/infra/postgres-files";
import { fillCompileCache } from "@lacio/testkit/system/compile-cache";
import { devCertificate } from "@lacio/testkit/system/edge";
import { sandboxArguments, serviceArguments } from "@lacio/testkit/system/services";
import { until } from "@lacio/testkit/testing";
import { withClient } from "@lacio/testkit/infra/postgres-client";
import { showKeys } from "./start/cluster-keys.ts";
import { doorway } from "./start/doorway.ts";
import { startLone } from "./start/lone.ts";

const dir = path.resolve(".lacio/test/start");
const bearer = "the projected token";
const bearerFile = path.join(dir, "bearer");
const serving = "rpc,events,timers";

let infra: Infra<"postgres" | "nats" | "redis">;
let identity: Identity;
let certificate: string;
let cluster: Awaited<ReturnType<typeof showKeys>>;
let ports: Record<string, Ports>;
let auth: ReturnType<typeof startLone>;
const databases: Record<string, DatabaseUrls> = {};

await beforeTests(
  async () => {
    fs.rmSync(dir, { recursive: true, force: true });
    infra = await startInfra({ dir, fsync: false }, ["postgres", "nats", "redis"]);
    await fillCompileCache([...serviceNames.map(serviceArguments), sandboxArguments]);
    identity = await startIdentity(dir, serviceNames);
    ports = await allotPorts();
    certificate = await devCertificate(dir);
    cluster = await showKeys(identity.jwksFile, certificate, bearer);
    for (const name of ["auth", "booking"]) databases[name] = await createDatabase(infra.postgres.url, name);
    auth = startLone("auth", environment("auth", { LACIO_ROLES: "migrate,rpc,events,timers" }), dir);
    await auth.ready();
  },
  async () => {
    await auth?.kill();
    cluster?.stop();
    identity?.stop();
    await infra?.stop();
    removeState(dir);
  },
);

function environment(service: string, changes: Record<string, string>): Record<string, string> {
  const databaseOf = (name: string) => databases[name]!;
  const around: Surroundings = { infra, identity, ports, databaseOf, publicUrl: "http://localhost", secrets: localSecrets(dir) };
  return { ...environmentOf(service, around), ...changes };
}

/** Beside the auth that runs for all tests. */
async function ownPorts(service: string) {
  const doors = Object.entries((await allotPorts())[service]!);
  return Object.fromEntries(doors.map(([door, port]) => [`${door.toUpperCase()}_PORT`, String(port)])) as Record<string, string>;
}

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

function started(service: string, env: Record<string, string>) {
  const lone = startLone(service, env, dir);
  undo.push(() => lone.kill());
  return lone;
}

async function awayUntilOpened(port: number) {
  const door = await doorway(port);
  undo.push(() => door.close());
  return door;
}

test("a process that migrates alone needs the owner's address and no other variable, and ends", async () => {
  const { ownerUrl } = databases.booking!;
  const migrating = started("booking", { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: ownerUrl });
  expect(await migrating.ends()).toBe("code 0");
  expect(migrating.said("migrated")).toHaveLength(1);
  const tables = await withClient(ownerUrl, async (client) => (await client.query("select 1 from booking")).rows as object[]);
  expect(tables).toEqual([]);
});

test("a migration that fails ends the process, with one line that has its name and PostgreSQL's message", async () => {
  const { ownerUrl } = await createDatabase(infra.postgres.url, "taken");
  await withClient(ownerUrl, (client) => client.query("create table booking (id int)"));
  const migrating = started("booking", { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: ownerUrl });
  expect(await migrating.ends()).toBe("code 1");
  const message = expect.stringMatching(/^migration \d{14}-\w+ failed: relation "booking" already exists$/) as unknown;
  expect(migrating.fatal()).toMatchObject([{ msg: "cannot migrate", err: { message } }]);
});

test("a migration that waits for another process that migrates says so, and is done when that one is", async () => {
  const { ownerUrl } = databases.booking!;
  const migrating = await withClient(ownerUrl, async (other) => {
    await other.query("select pg_advisory_lock(hashtext('lacio.migrate'))");
    const waiting = started("booking", { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: ownerUrl });
    await waiting.saysAway([/^migration at 127\.0\.0\.1:\d+: it runs, or waits for another process that migrates$/]);
    return waiting;
  });
  expect(await migrating.ends()).toBe("code 0");
});

test("a migration does not wait for ever for a server that accepts and stays silent", async () => {
  const silent = net.createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  undo.push(() => silent.close());
  const url = Object.assign(new URL(databases.booking!.ownerUrl), { port: String((silent.address() as AddressInfo).port) }).href;
  const migrating = started("booking", { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: url });
  await migrating.saysAway([/^database at 127\.0\.0\.1:\d+: timeout expired$/]);
});

test("a migration waits for its database, and is no success when it is stopped meanwhile", async () => {
  const door = await awayUntilOpened(infra.postgres.port);
  const env = { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: door.urlOf(databases.booking!.ownerUrl) };
  const [stopped, patient] = [started("booking", env), started("booking", env)];
  for (const one of [stopped, patient]) await until(() => one.said("not ready").length > 0, { timeoutMs: 30_000 });
  stopped.stop();
  expect(await stopped.ends(5)).toBe("code 143");
  await door.open();
  expect(await patient.ends()).toBe("code 0");
});

type Away = { env: Record<string, string>; comeBack: () => unknown };
const things: [what: string, leave: () => Promise<Away>, causes: RegExp[]][] = [
  [
    "its database",
    async () => {
      const door = await awayUntilOpened(infra.postgres.port);
      return { env: { DATABASE_URL: door.urlOf(databases.booking!.url) }, comeBack: door.open };
    },
    [/^database at 127\.0\.0\.1:\d+: connect ECONNREFUSED/],
  ],
  [
    "NATS",
    async () => {
      const door = await awayUntilOpened(infra.nats.port);
      return { env: { NATS_URL: door.urlOf(infra.nats.urlOf("booking")) }, comeBack: door.open };
    },
    [/^nats at 127\.0\.0\.1:\d+: .*ECONNREFUSED/],
  ],
  [
    "auth",
    async () => {
      const [rpc, http] = [await awayUntilOpened(ports.auth!.rpc), await awayUntilOpened(ports.auth!.http)];
      const env = { AUTH_URL: rpc.urlOf("http://127.0.0.1"), JWKS_URL: http.urlOf("http://127.0.0.1/.well-known/jwks.json") };
      return { env, comeBack: () => Promise.all([rpc.open(), http.open()]) };
    },
    [
      /^auth's keys at http:\/\/127\.0\.0\.1:\d+\/.well-known\/jwks.json: connect ECONNREFUSED/,
      /^auth's ended sessions at http:\/\/127\.0\.0\.1:\d+\/: connect ECONNREFUSED/,
    ],
  ],
  [
    "the cluster that shows the keys of service tokens to others alone",
    async () => {
      fs.writeFileSync(bearerFile, "another token\n");
      const env = { SERVICE_TOKEN_JWKS: cluster.url, SERVICE_TOKEN_JWKS_BEARER_FILE: bearerFile, NODE_EXTRA_CA_CERTS: certificate };
      return { env, comeBack: () => fs.writeFileSync(bearerFile, `${bearer}\n`) };
    },
    [/^keys of service tokens at https:\/\/localhost:\d+\/openid\/v1\/jwks: answered with status 403$/],
  ],
];

describe.each(things)("a service that starts without %s", (_, leave, causes) => {
  test("lives, says once what is away, is not ready, stops at once when it is told to, and is ready when the thing is back", async () => {
    const { env, comeBack } = await leave();
    const all = environment("booking", { LACIO_ROLES: serving, ...env });
    const stopped = started("booking", all);
    await expectNotReady(stopped, causes);
    stopped.stop();
    expect(await stopped.ends(5)).toBe("code 0");

    const patient = started("booking", all);
    await expectNotReady(patient, causes);
    expect(await healthOf(all)).not.toBe("SERVING");
    await comeBack();
    await patient.ready();
    expect(await patient.problems()).toEqual([]);
    expect(await healthOf(all)).toBe("SERVING");
    await until(() => patient.said("ready").length === 1);
  });
});

/** What gRPC's health check answers; "UNAVAILABLE" where the door is closed. */
async function healthOf({ RPC_PORT }: Record<string, string>): Promise<string> {
  const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${RPC_PORT}` });
  const answer = await createClient(Health, transport)
    .check({})
    .catch((error: unknown) => ConnectError.from(error));
  return answer instanceof ConnectError ? Code[answer.code].toUpperCase() : HealthCheckResponse_ServingStatus[answer.status];
}

async function expectNotReady(service: ReturnType<typeof startLone>, causes: RegExp[]) {
  const expected = causes.map((cause) => expect.stringMatching(cause) as unknown);
  await until(async () => (await service.ask("livez")).ok, { timeoutMs: 30_000 });
  await service.saysAway(causes);
  expect((await service.ask("readyz")).status).toBe(503);
  expect(await service.problems()).toEqual(expected);
  expect((await service.ask("metrics")).status).toBe(200);
  const loud = service.lines().filter(({ level, msg }) => !/^(trace|debug|info)$/.test(level) && !msg.startsWith("not ready"));
  expect(loud).toEqual([]);
}

test("auth asks itself: with everything away at first, it makes its ADMIN and its keys, and is ready when the servers are there", async () => {
  databases.fresh = await createDatabase(infra.postgres.url, "fresh");
  const { url, ownerUrl } = databases.fresh;
  expect(await started("auth", { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: ownerUrl }).ends()).toBe("code 0");
  const [postgres, nats] = [await awayUntilOpened(infra.postgres.port), await awayUntilOpened(infra.nats.port)];
  const { AUTH_URL, JWKS_URL, ...env } = environment("auth", {
    LACIO_ROLES: serving,
    DATABASE_URL: postgres.urlOf(url),
    NATS_URL: nats.urlOf(infra.nats.urlOf("auth")),
    ...(await ownPorts("auth")),
  });
  expect([AUTH_URL, JWKS_URL]).not.toContain(undefined);
  const alone = started("auth", env);
  await alone.saysAway([/^auth's keys at /, /^auth's ended sessions at /, /^nats at /, /^database at /]);
  await Promise.all([postgres.open(), nats.open()]);
  await alone.ready();
  const { keys } = (await (await fetch(`http://127.0.0.1:${env.HTTP_PORT}/.well-known/jwks.json`)).json()) as { keys: object[] };
  expect(keys).toHaveLength(1);
  const admins = await withClient(ownerUrl, async (client) => (await client.query("select role from account")).rows as object[]);
  expect(admins).toEqual([{ role: "ADMIN" }]);
});

test.each(["booking", "auth"])(
  "%s is not ready on a database that nobody has migrated, says so, and is ready when that was done",
  async (name) => {
    const { url, ownerUrl } = await createDatabase(infra.postgres.url, `${name}_unmigrated`);
    const { AUTH_URL, JWKS_URL, ...own } = environment(name, { LACIO_ROLES: serving, DATABASE_URL: url, ...(await ownPorts(name)) });
    const waiting = started(name, name === "auth" ? own : { ...own, AUTH_URL: AUTH_URL!, JWKS_URL: JWKS_URL! });
    await until(() => waiting.away().some((away) => away.some((cause) => unmigrated.test(cause))), { timeoutMs: 30_000 });
    expect((await waiting.ask("readyz")).status).toBe(503);
    expect(await started(name, { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: ownerUrl }).ends()).toBe("code 0");
    await waiting.ready();
  },
);

const unmigrated = /^tables at 127\.0\.0\.1:\d+: migration 00000000000000-chassis is not there yet$/;

test("what no waiting mends ends the process, with a line that says what it is", async () => {
  const { url, ownerUrl } = await createDatabase(infra.postgres.url, "without_accounts");
  expect(await started("auth", { LACIO_ROLES: "migrate", MIGRATION_DATABASE_URL: ownerUrl }).ends()).toBe("code 0");
  await withClient(ownerUrl, (client) => client.query("drop table account cascade"));
  const broken = started("auth", environment("auth", { LACIO_ROLES: serving, DATABASE_URL: url, ...(await ownPorts("auth")) }));
  expect(await broken.ends()).toBe("code 1");
  const message = expect.stringContaining(`relation "account" does not exist`) as unknown;
  expect(broken.fatal()).toMatchObject([{ msg: "cannot start", err: { message } }]);
});
