import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { createLog } from "@lacio/chassis/log";
import type { Permissions } from "@lacio/chassis/permissions";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startInfra } from "@lacio/testkit/infra/index";
import type { Infra } from "@lacio/testkit/infra/servers";
import { freePort } from "@lacio/testkit/processes/ports";
import { until } from "@lacio/testkit/testing/until";
import { AckPolicy, jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { keepStreams } from "./keep-streams.ts";
import { reconcile } from "./reconcile.ts";
import { desiredState } from "./desired-state.ts";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-provisioner-"));
const none = { publishes: [], consumes: [], calls: [], tables: {}, servers: [] };
const reading = (...consumes: string[]): Record<string, Permissions> => ({
  auth: { ...none, publishes: ["auth.account_registered", "auth.email_verified"] },
  users: { ...none, consumes },
});
const table = reading("auth.account_registered");

let infra: Infra<"nats">;
let nc: NatsConnection;
let js: JetStreamClient;
let jsm: JetStreamManager;
let keeper: ReturnType<typeof keepStreams> | undefined;

await beforeTests(
  async () => {
    infra = await startInfra({ dir, fsync: false, permissions: table }, ["nats"]);
    nc = await connectAs(infra.nats.url);
    [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  },
  async () => {
    await nc?.close();
    await infra?.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  },
);

afterEach(async () => {
  await keeper?.stop();
  keeper = undefined;
});

function connectAs(url: string) {
  const { host, username, password } = new URL(url);
  return connect({ servers: host, user: username, pass: password, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
}

async function keep(permissions = table, everyMs = 3_600_000): Promise<void> {
  await keeper?.stop();
  const log = createLog("provisioner", "silent");
  keeper = keepStreams({ url: infra.nats.urlOf("provisioner"), permissions, log, everyMs });
  await keeper.ready;
}

const consumer = (name = "users") => jsm.consumers.info("AUTH", name);

async function read(count: number): Promise<string[]> {
  const subjects: string[] = [];
  for await (const message of await (await js.consumers.get("AUTH", "users")).fetch({ max_messages: count, expires: 2_000 })) {
    subjects.push(message.subject);
    await message.ackAck();
  }
  return subjects;
}

test("a stream per owner and a consumer per reader are made, each reading its own subjects; the next look changes nothing", async () => {
  await keep();
  const made = await consumer();
  expect(made.config).toMatchObject({ filter_subjects: ["auth.account_registered"], max_deliver: -1, ack_wait: 10_000_000_000 });
  expect(await jsm.streams.names().next()).toEqual(["AUTH"]);
  await keep();
  expect(await consumer()).toEqual({ ...made, ts: expect.any(String) as unknown });
});

test("a subject that is new in the table is read from then on, at the old position", async () => {
  await js.publish("auth.account_registered", "1");
  expect(await read(1)).toHaveLength(1);
  const { created } = await consumer();
  await keep(reading("auth.account_registered", "auth.email_verified"));
  await js.publish("auth.email_verified", "2");
  expect(await read(2)).toEqual(["auth.email_verified"]);
  expect((await consumer()).created).toBe(created);
});

test("a stream whose settings differ is put right, and keeps its events", async () => {
  await jsm.streams.update("AUTH", { max_age: 1_000_000_000_000 });
  await keep();
  const { config, state } = await jsm.streams.info("AUTH");
  expect([config.max_age, state.last_seq]).toEqual([14 * 86_400 * 1e9, 2]);
});

test("how many servers hold a stream is a wish like any other: a broker that can't is a problem, and serves on", async () => {
  for (const { stream } of desiredState(table)) expect(stream).not.toHaveProperty("num_replicas"); // then they stay as many as they are
  for (const { stream } of desiredState(table, { replicas: 3 })) expect([stream.name, stream.num_replicas]).toEqual([stream.name, 3]);
  await keep();
  await keeper?.stop();
  keeper = keepStreams({ url: infra.nats.urlOf("provisioner"), permissions: table, log: createLog("provisioner", "silent"), replicas: 3 });
  await until(() => keeper!.problems().some((problem) => /^AUTH: replicas > 1 not supported in non-clustered mode/.test(problem)));
  expect((await jsm.streams.info("AUTH")).config.num_replicas).toBe(1);
});

test("a consumer of ours that the table does not have goes; one that is nobody's service stays", async () => {
  for (const name of ["auth", "witness"]) await jsm.consumers.add("AUTH", { durable_name: name, ack_policy: AckPolicy.Explicit });
  await keep();
  await expect(consumer("auth")).rejects.toThrow("consumer not found");
  expect((await consumer("witness")).name).toBe("witness");
  await jsm.consumers.delete("AUTH", "witness");
});

test("what is deleted by hand is back with the next look", async () => {
  await keep(table, 200);
  await jsm.consumers.delete("AUTH", "users");
  await until(consumer);
  await jsm.streams.delete("AUTH");
  await until(consumer);
});

test("a broker that lost its disk is looked at as soon as it is there again", async () => {
  await keep();
  await infra.nats.kill("SIGKILL");
  fs.rmSync(path.join(dir, "nats/jetstream"), { recursive: true });
  await infra.nats.restart();
  await until(consumer);
});

test("a consumer that is ahead of its stream starts anew", async () => {
  await keep();
  await js.publish("auth.account_registered", "1");
  await read(1);
  const { created } = await consumer();
  const { created: still } = await lookAt(jsm);
  expect(still).toBe(created);
  // Fault injection: the broker at work has an older stream. A restarted one sets its consumers back by itself, to the stream's end.
  const info = async (name: string) => {
    const answer = await jsm.streams.info(name);
    return { ...answer, state: { ...answer.state, last_seq: 0 } };
  };
  const streams = Object.assign(Object.create(jsm.streams) as typeof jsm.streams, { info });
  const { created: anew } = await lookAt(Object.assign(Object.create(jsm) as typeof jsm, { streams }));
  expect(anew).not.toBe(created);
  expect(await read(1)).toEqual(["auth.account_registered"]);
});

async function lookAt(manager: JetStreamManager) {
  for (const wish of desiredState(table)) await reconcile(manager, wish, Object.keys(table));
  return consumer();
}

test("an owner has the consumers of its own stream start anew; who reads it, or is somebody else, has not", async () => {
  await keep();
  const { created } = await consumer();
  const [auth, users] = [await connectAs(infra.nats.urlOf("auth")), await connectAs(infra.nats.urlOf("users"))];
  await expect(users.request("provision.reset.auth", "", { timeout: 1_000 })).rejects.toThrow(/[Pp]ermissions/);
  expect((await consumer()).created).toBe(created);
  await auth.request("provision.reset.auth", "", { timeout: 5_000 });
  expect((await consumer()).created).not.toBe(created);
  expect(await read(1)).toEqual(["auth.account_registered"]);
  await Promise.all([auth.close(), users.close()]);
});

test("an owner may ask again as soon as the broker allows it; until then that is a problem, and the looks go on", async () => {
  await keep(table, 200);
  const conf = path.join(dir, "nats/nats.conf");
  const allowed = fs.readFileSync(conf, "utf8");
  const restartWith = async (text: string) => {
    await infra.nats.kill("SIGKILL");
    fs.writeFileSync(conf, text);
    await infra.nats.restart();
  };
  const heard = /("_INBOX.>",\s*)"provision\.reset\.\*"/;
  expect(allowed).toMatch(heard);
  await restartWith(allowed.replace(heard, '$1"provision.other"'));
  await until(() => keeper!.problems().some((problem) => /^resets: Permissions Violation/i.test(problem)));
  await jsm.consumers.delete("AUTH", "users");
  await until(consumer);
  await restartWith(allowed);
  const auth = await connectAs(infra.nats.urlOf("auth"));
  await until(() => auth.request("provision.reset.auth", "", { timeout: 1_000 }));
  await until(() => keeper!.problems().length === 0);
  await auth.close();
});

test("an old broker is a problem, and nothing is made there", async () => {
  await keep();
  await keeper?.stop();
  await jsm.consumers.delete("AUTH", "users");
  const proxy = await asOld(infra.nats.port);
  const url = infra.nats.urlOf("provisioner").replace(/:\d+$/, `:${proxy.port}`);
  keeper = keepStreams({ url, permissions: table, log: createLog("provisioner", "silent"), everyMs: 100 });
  try {
    await until(() => keeper!.problems()[0] === "nats-server 2.9.25 is older than 2.10.0");
    await expect(consumer()).rejects.toThrow("consumer not found");
  } finally {
    await keeper.stop();
    proxy.close();
  }
  await keep();
});

/** The broker behind a door that calls it 2.9.25, at the connection's start and whenever the broker says its version again. */
async function asOld(port: number) {
  const server = net.createServer((client) => {
    const broker = net.connect(port, "127.0.0.1");
    client.pipe(broker);
    broker.on("data", (sent) => client.write(sent.toString("latin1").replace(/"version":"[^"]+"/, '"version":"2.9.25"'), "latin1"));
    broker.on("close", () => client.destroy());
    client.on("close", () => broker.destroy());
    for (const socket of [client, broker]) socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as net.AddressInfo).port, close: () => void server.close() };
}

/** main.ts as a container runs it, and what it logs. */
function startProcess(env: Record<string, string>) {
  const settings = { PATH: process.env.PATH, NATS_URL: infra.nats.urlOf("provisioner"), BIND_ADDRESS: "127.0.0.1", ...env };
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "main.ts")], { env: settings, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => output.push(part));
  return { child, gone: once(child, "close"), said: () => Buffer.concat(output).toString() };
}

const readyAt = async (port: number) =>
  (await fetch(`http://127.0.0.1:${port}/readyz`)).json() as Promise<{ ready: boolean; problems: string[] }>;

test("as a process it says what is missing, and is ready when nothing is", async () => {
  const port = await freePort();
  await infra.nats.kill("SIGKILL");
  const { child, gone, said } = startProcess({ OPS_PORT: `${port}`, PROVISION_EVERY_MS: "200" });
  try {
    const closed = new RegExp(`nats at 127.0.0.1:${infra.nats.port}: .*ECONNREFUSED`);
    await until(async () => closed.test((await readyAt(port)).problems.join()), { timeoutMs: 30_000 });
    await until(() => closed.test(said()));
    await infra.nats.restart();
    await until(async () => (await readyAt(port)).ready, { timeoutMs: 30_000 });
    expect((await jsm.consumers.info("PAYMENTS", "booking")).config.filter_subjects).toContain("payments.succeeded");
  } finally {
    child.kill();
    await gone;
  }
});

test("a password that NATS refuses is named where readiness is, and in the log, without the password", async () => {
  const port = await freePort();
  const url = new URL(infra.nats.urlOf("provisioner"));
  url.password = "outdated";
  const { child, gone, said } = startProcess({ OPS_PORT: `${port}`, NATS_URL: url.href });
  try {
    const refused = new RegExp(`nats at ${url.host}: .*Authorization Violation`, "i");
    await until(async () => refused.test((await readyAt(port)).problems.join()), { timeoutMs: 30_000 });
    await until(() => refused.test(said()));
    expect(said()).not.toContain("outdated");
  } finally {
    child.kill();
    await gone;
  }
});

test("a signal ends the process at once, also while it is loaded", async () => {
  // Sends the signal in the moment in which it begins to be handled.
  const early = `process.on("newListener", (name) => name === "SIGTERM" && process.kill(process.pid, "SIGTERM"));`;
  const { gone, said } = startProcess({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(early)}`, OPS_PORT: "0" });
  expect([await gone, said()]).toEqual([[0, null], ""]);
});

test.each(["2", "7", "0", "three"])("as a process it refuses STREAM_REPLICAS=%s", async (replicas) => {
  const { gone, said } = startProcess({ STREAM_REPLICAS: replicas });
  const [code] = (await gone) as [number];
  expect([code, said()]).toEqual([78, expect.stringContaining(`STREAM_REPLICAS knows 1, 3, 5; not ${replicas}`)]);
});
