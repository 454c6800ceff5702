import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { createLog } from "@lacio/chassis/log";
import type { Permissions } from "@lacio/chassis/permissions";
import { streamOf } from "@lacio/chassis/streams";
import { keepStreams } from "@lacio/provisioner/keep-streams";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startInfra } from "@lacio/testkit/infra/index";
import type { Infra } from "@lacio/testkit/infra/servers";
import { until } from "@lacio/testkit/testing/until";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { connect, PermissionViolationError, type NatsConnection } from "@nats-io/transport-node";
import { permissions, type ServiceName } from "./table.ts";

// Every service × every subject and every verb of JetStream, on the real broker, asked both ways: what the table says works, and nothing else.
const names = Object.keys(permissions) as ServiceName[];
const of = (name: ServiceName): Permissions => permissions[name];
const subjects = names.flatMap((name) => of(name).publishes);
const streams = names.filter((name) => of(name).publishes.length > 0).map(streamOf);
const consumed = (name: ServiceName) => [...new Set(of(name).consumes.map(streamOf))];

type User = { nc: NatsConnection; refused: Set<string> };
let infra: Infra<"nats">;
let admin: NatsConnection;
let jsm: JetStreamManager;
const users = new Map<string, User>();
const arrived: string[] = [];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-nats-matrix-"));

await beforeTests(
  async () => {
    infra = await startInfra({ dir, fsync: false }, ["nats"]);
    const keeper = keepStreams({ url: infra.nats.urlOf("provisioner"), permissions, log: createLog("provisioner", "silent") });
    await keeper.ready;
    await keeper.stop(); // whatever happens now is the services' doing
    admin = await connectTo(infra.nats.url);
    jsm = await jetstreamManager(admin);
    admin.subscribe(">", { callback: (_, { subject, reply = "" }) => void (isDelivery(reply) || arrived.push(subject)) });
    for (const name of [...names, "provisioner"]) users.set(name, await openUser(infra.nats.urlOf(name)));
  },
  async () => {
    for (const { nc } of users.values()) await nc.close();
    await admin?.close();
    await infra?.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  },
);

// An event on its way out of the account to a consumer (`_R_`) shows the subject that it was published under. Whether one is stored a second
// time the streams tell.
const isDelivery = (reply: string) => reply.startsWith("$JS.ACK.");

function connectTo(url: string): Promise<NatsConnection> {
  const { host, username, password } = new URL(url);
  return connect({ servers: host, user: username || undefined, pass: password || undefined, reconnect: false });
}

async function openUser(url: string): Promise<User> {
  const user: User = { nc: await connectTo(url), refused: new Set() };
  void (async () => {
    for await (const status of user.nc.status())
      if (status.type === "error" && status.error instanceof PermissionViolationError)
        user.refused.add(`${status.error.operation} ${status.error.subject}`);
  })();
  return user;
}

/** Those of `asked` that the user may publish, or subscribe. */
async function allowed(name: string, how: "publish" | "subscription", asked: string[]): Promise<string[]> {
  const { nc, refused } = users.get(name)!;
  const last = `refused.${++asking}`; // refusals come in the order of what was asked
  for (const subject of [...asked, last])
    if (how === "publish") nc.publish(subject, "forged");
    else nc.subscribe(subject, { callback: () => {} });
  await until(() => refused.has(`${how} ${last}`));
  return asked.filter((subject) => !refused.has(`${how} ${subject}`));
}
let asking = 0;

const verbs = (prefix: string) =>
  streams.flatMap((stream) => [
    ...["INFO", "CREATE", "UPDATE", "DELETE", "PURGE", "SNAPSHOT", "RESTORE", "MSG.GET", "MSG.DELETE"].map(
      (verb) => `${prefix}.STREAM.${verb}.${stream}`,
    ),
    ...[`DIRECT.GET.${stream}`, `CONSUMER.LIST.${stream}`, `CONSUMER.NAMES.${stream}`, `CONSUMER.CREATE.${stream}`].map(
      (verb) => `${prefix}.${verb}`,
    ),
    ...names.flatMap((other) =>
      ["CREATE", "DURABLE.CREATE", "DELETE", "INFO", "MSG.NEXT", "RESET", "PAUSE", "UNPIN"].map(
        (verb) => `${prefix}.CONSUMER.${verb}.${stream}.${other}`,
      ),
    ),
  ]);

const others = [
  ...names.flatMap((name) => [`jobs.${name}`, `provision.reset.${name}`, `_INBOX.${name}`, `${name}.made_up`]),
  ...streams.flatMap((stream) => names.map((name) => `$JS.ACK.${stream}.${name}.1.1.1.1.1`)),
  ...["$JS.API.INFO", "JS.API.INFO", "$JS.API.STREAM.LIST", "JS.API.STREAM.LIST", "$SYS.REQ.SERVER.PING", "_R_.x", "anything"],
];

function mayPublish(name: ServiceName): string[] {
  const { publishes } = of(name);
  return [
    ...publishes,
    `jobs.${name}`,
    ...(publishes.length > 0 ? [`provision.reset.${name}`, `JS.API.STREAM.INFO.${streamOf(name)}`] : []),
    ...consumed(name).flatMap((stream) => [
      `JS.API.CONSUMER.INFO.${stream}.${name}`,
      `JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
      `$JS.ACK.${stream}.${name}.1.1.1.1.1`,
    ]),
  ];
}

/** What reached the account with the streams, but for what the service may ask there, and answers on their way out of it (`_R_`). */
function unexpected(name: ServiceName): string[] {
  const own = mayPublish(name).filter((subject) => !subject.startsWith("jobs.")); // a wake-up stays in the service's account
  const seen = arrived.map((subject) => subject.replace(/^\$JS\.API\./, "JS.API.").replace(/^(\$JS\.ACK\.\w+\.\w+)\..+/, "$1.1.1.1.1.1"));
  return [...new Set(seen)].filter((subject) => !own.includes(subject) && !/^(_R_\.|\$JS\.EVENT\.)/.test(subject));
}

describe.each(names)("%s", (name) => {
  const { publishes, consumes } = of(name);
  test("publishes its facts, and asks for what belongs to it", async () => {
    const asked = [...new Set([...subjects, ...verbs("$JS.API"), ...verbs("JS.API"), ...others])];
    const expected = mayPublish(name);
    arrived.length = 0;
    expect((await allowed(name, "publish", [...asked])).toSorted()).toEqual(expected.toSorted());
    await admin.flush();
    expect(unexpected(name)).toEqual([]);
    expect(publishes.filter((subject) => !arrived.includes(subject))).toEqual([]);
  });

  test("subscribes to its wake-ups and its answers, and reads facts through its consumers only", async () => {
    const asked = [...subjects, ...others, ">", "*.>", `${name}.>`, "$JS.API.>", "JS.API.>", "$SYS.>", "_R_.>", "jobs.*"];
    const expected = [`jobs.${name}`, ...names.map((other) => `_INBOX.${other}`)];
    expect((await allowed(name, "subscription", asked)).toSorted()).toEqual(expected.toSorted());
    expect((await filters(name)).toSorted()).toEqual(consumes.toSorted());
  });

  test("consumes nothing of its own: an answer of the broker under its own subject reaches no handler of its", () => {
    expect(consumed(name)).not.toContain(streamOf(name));
  });
});

/*
 * JetStream publishes its answers where the request's reply subject says. In one account with users this works, tried on 2.15.1: any service
 * could delete streams and consumers (the empty 404 of MSG.NEXT is a valid request to `$JS.API.STREAM.DELETE.…`) and store answers and other
 * events under `payments.succeeded`. Contained by accounts: the answer goes back into the account of the sender. What is left is that the
 * broker publishes the sender's own facts for it: without an outbox id, or with another event's type, which consumers refuse (consume.ts).
 * `$JS.ACK.…` as a reply subject is refused by the broker itself.
 */
describe("answers of the broker", () => {
  const targets = [
    ...subjects,
    ...streams.flatMap((stream) => [`$JS.API.STREAM.DELETE.${stream}`, `$JS.API.STREAM.PURGE.${stream}`]),
    ...streams.flatMap((stream) => names.map((name) => `$JS.API.CONSUMER.DELETE.${stream}.${name}`)),
    ...streams.flatMap((stream) => names.map((name) => `$JS.ACK.${stream}.${name}.1.1.1.1.1`)),
    ...names.flatMap((name) => [`provision.reset.${name}`, `_INBOX.${name}`, `jobs.${name}`]),
  ];

  test.each(names)("are published nowhere for %s but under its own facts, whatever reply subject it gives", async (name) => {
    const { publishes } = of(name);
    const { nc } = users.get(name)!;
    const heard: string[] = [];
    const others = names.filter((other) => other !== name).map((other) => users.get(other)!.nc);
    const listening = others.map((other) => other.subscribe("_INBOX.>", { callback: (_, { subject }) => void heard.push(subject) }));
    await Promise.all(others.map((other) => other.flush()));
    const before = await account(streamOf(name));
    arrived.length = 0;
    for (const reply of targets) {
      for (const stream of consumed(name))
        for (const wish of [
          { batch: 1, no_wait: true },
          { batch: 1, expires: 1 },
        ])
          nc.publish(`JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(wish), { reply });
      for (const subject of publishes) nc.publish(subject, "forged", { reply });
      if (publishes.length > 0) nc.publish(`JS.API.STREAM.INFO.${streamOf(name)}`, "", { reply });
    }
    await nc.flush();
    // The broker answered all: answers are in order, and this one comes last.
    if (consumed(name)[0]) await nc.request(`JS.API.CONSUMER.INFO.${consumed(name)[0]}.${name}`);
    await Promise.all([admin, ...others].map((other) => other.flush()));
    expect(unexpected(name)).toEqual([]);
    expect(heard).toEqual([]);
    expect(await account(streamOf(name))).toEqual(before);
    for (const subscription of listening) subscription.unsubscribe();
  });

  /** All streams and consumers, with what nobody else than `except` may have changed in them. */
  async function account(except: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { config, state, created } of jsm.streams.list()) {
      found.push(`${config.name} ${created} ${config.name === except ? "" : `${state.first_seq} ${state.last_seq}`}`);
      for await (const { name, ack_floor } of jsm.consumers.list(config.name)) found.push(`${config.name} ${name} ${ack_floor.stream_seq}`);
    }
    return found;
  }
});

test("the provisioner publishes no fact, and nobody gets in without a password, or with another's", async () => {
  expect(await allowed("provisioner", "publish", [...subjects, ...others.filter((subject) => !subject.startsWith("$JS.API"))])).toEqual([]);
  const { port } = infra.nats;
  const attempts = ["", "nobody:x@", `auth:${new URL(infra.nats.urlOf("users")).password}@`, "auth@"];
  for (const attempt of attempts) await expect(connectTo(`nats://${attempt}127.0.0.1:${port}`)).rejects.toThrow(/[Aa]uthorization/);
});

async function filters(name: string): Promise<string[]> {
  const found = await Promise.all(
    streams.map((stream) => jsm.consumers.info(stream, name).then(({ config }) => config.filter_subjects ?? [config.filter_subject!], () => [])), // prettier-ignore
  );
  return found.flat();
}
