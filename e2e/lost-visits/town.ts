import { existsSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fromBinary, type DescMessage, type DescService } from "@bufbuild/protobuf";
import { createClient, createRouterTransport, type Client, type Transport } from "@connectrpc/connect";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import type { Once, Subscription } from "@lacio/chassis/consume";
import { openDatabase } from "@lacio/chassis/db";
import { subjectOf } from "@lacio/chassis/fact";
import { replayAnswers } from "@lacio/chassis/idempotency";
import { ensureRepeating } from "@lacio/chassis/job-rows";
import { createWorker } from "@lacio/chassis/job-worker";
import { createLog } from "@lacio/chassis/log";
import { interceptors, type Routes } from "@lacio/chassis/serve";
import type { Parts } from "@lacio/chassis/start";
import { startInfra } from "@lacio/testkit/infra/index";
import { services } from "@lacio/proto/registry";
import { createDatabase } from "@lacio/testkit/infra/postgres";
import { startIdentity } from "@lacio/testkit/identity";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

// Services in the test's process, on real databases and one clock that the test moves. The test carries the events from their outboxes to
// the handlers: late, repeated, in any order but that of one key.

type AnyParts = Pick<Parts<object, never>, "service" | "config" | "database" | "createApp" | "routes" | "subscriptions" | "jobs">;
type Waiting = { id: string; subject: string; key: string; payload: Buffer; to: string };
type Place = Awaited<ReturnType<typeof open>>;

export type Town = Awaited<ReturnType<typeof startTown>>;

/** `standIns`: the services that are not of the town. */
export async function startTown(dir: string, names: string[], standIns: Routes) {
  rmSync(dir, { recursive: true, force: true });
  const infra = await startInfra({ dir, fsync: false });
  const identity = await startIdentity(dir, names);
  const people = await startIssuer();
  let time = Date.now();
  const now = () => new Date(time);
  const places = new Map<string, Place>();
  const outside = createRouterTransport(standIns);
  const transports = new Map<string, Transport>();

  const transportTo = ({ typeName }: DescService): Transport => transports.get(typeName.split(".")[1]!) ?? outside;
  const clientOf = <S extends DescService>(service: S, token: () => string): Client<S> =>
    createClient(service, {
      unary(method, signal, timeoutMs, header, input, values) {
        const head = new Headers(header);
        if (token()) head.set("authorization", `Bearer ${token()}`);
        return transportTo(service).unary(method, signal, timeoutMs, head, input, values);
      },
      stream: () => Promise.reject(new Error("there are no streams here")),
    });

  for (const name of names) {
    const part = await partsOf(name);
    const url = await createDatabase(infra.postgres.url, name);
    const place = await open(name, part, url, { now, jwksFile: identity.jwksFile, jwksUrl: people.url }, (service) =>
      clientOf(service, () => identity.serviceToken(name)),
    );
    places.set(name, place);
    transports.set(
      part.service.typeName.split(".")[1]!,
      createRouterTransport((router) => part.routes(place.app as never)(replayAnswers(router, place.db.pool)), {
        router: { interceptors: interceptors({ config: place.config, log: place.log }) },
      }),
    );
  }

  const waiting: Waiting[] = [];
  const stalled = new Set<string>();
  return {
    now,
    wait: (minutes: number) => void (time += minutes * 60_000),
    as: <S extends DescService>(service: S, token = ""): Client<S> => clientOf(service, () => token),
    token: people.token,
    sql: <Row extends object>(name: string, text: string, params: unknown[] = []) => places.get(name)!.db.sql<Row>(text, params),
    /** Runs what is due in each service. */
    async work() {
      for (const [name, place] of places) if (!stalled.has(name)) await place.work();
    },
    /** From now on a service's jobs wait, as if its processes with the role `timers` were down. */
    stall: (name: string) => void stalled.add(name),
    resume: () => stalled.clear(),
    /** When the next job is due, but for those that repeat. */
    async nextDue(): Promise<Date | undefined> {
      const dues = await Promise.all([...places.values()].map(({ nextDue }) => nextDue("key <> ''")));
      return dues.filter((due) => due !== undefined).sort((one, other) => one.getTime() - other.getTime())[0];
    },
    /** Takes what was emitted since. */
    async collect() {
      for (const place of places.values()) for (const row of await place.emitted()) this.tell(row);
    },
    /** Adds an event; the test's own is one of a service that is not of the town. */
    tell(row: Omit<Waiting, "to">) {
      for (const [to, { handlers }] of places) if (handlers.has(row.subject)) waiting.push({ ...row, to });
    },
    /** Delivers one waiting event: the first of its key and consumer from `index` on. Answers whether there was one. */
    async deliver(index: number, twice = false): Promise<boolean> {
      const chosen = waiting[index % Math.max(1, waiting.length)];
      if (!chosen) return false;
      const first = waiting.findIndex(({ to, key }) => to === chosen.to && key === chosen.key);
      const [event] = waiting.splice(first, 1);
      await places.get(event!.to)!.handle(event!);
      if (twice) waiting.splice(Math.min(waiting.length, index % 7), 0, event!);
      return true;
    },
    async stop() {
      for (const { db } of places.values()) await db.close();
      identity.stop();
      people.stop();
      await infra.stop();
    },
  };
}

/** What the service's main.ts starts. */
async function partsOf(name: string): Promise<AnyParts> {
  const module = (file: string) => import(`../../services/${name}/${file}.ts`) as Promise<object>;
  const [app, db, rpc, events] = await Promise.all(["app", "db/index", "rpc/index", "events/index"].map(module));
  const timers = existsSync(path.join(import.meta.dirname, `../../services/${name}/timers`)) ? await module("timers/index") : {};
  const service = services.find(({ typeName }) => typeName.split(".")[1] === name)!;
  const { readConfig: config, ...opens } = app as { readConfig: AnyParts["config"] };
  return { service, config, ...opens, ...db, ...rpc, ...events, ...timers } as AnyParts;
}

async function open(
  name: string,
  part: AnyParts,
  url: string,
  around: { now: () => Date; jwksFile: string; jwksUrl: string },
  client: (service: DescService) => unknown,
) {
  const config = readConfig((env) => ({ ...chassisConfig(env, name), ...part.config(env) }), {
    DATABASE_URL: url,
    NATS_URL: "nats://127.0.0.1:1",
    DB_POOL_MAX: "6",
    JWKS_URL: around.jwksUrl,
    SERVICE_TOKEN_JWKS: around.jwksFile,
  });
  const log = createLog(name, "silent");
  const { now } = around;
  const db = await openDatabase(config, part.database, log, now);
  await db.migrate();
  const app: unknown = await part.createApp({ config, log, db, transact: db.transact, client, now } as never);
  const subscriptions = part.subscriptions?.(app as never) ?? [];
  const handlers = new Map(subscriptions.map((subscription) => [subjectOf(subscription.schema), subscription]));
  const jobs = part.jobs?.(app as never) ?? [];
  const worker = createWorker({ config, db, log, now }, jobs);
  for (const { name, everySeconds } of jobs) if (everySeconds) await db.sql(ensureRepeating, [name, now(), now()]);

  // No question to the database while there is nothing to find: nearly all of a history's would be such.
  let [emitting, due] = [true, new Date(0) as Date | undefined];
  db.onFact(() => (emitting = true));
  db.onJob((at) => (due = due && due < at ? due : at));

  async function emitted(): Promise<Omit<Waiting, "to">[]> {
    if (!emitting) return [];
    emitting = false;
    return db.sql(
      `with taken as (update outbox set published_at = now() where published_at is null returning id, seq, subject, key, payload)
       select id, subject, key, payload from taken order by seq`,
    );
  }

  async function work(): Promise<void> {
    if (!due || due > now()) return;
    await worker.drain();
    due = await nextDue("true");
  }

  async function nextDue(which: string): Promise<Date | undefined> {
    const [row] = await db.sql<{ at: Date | null }>(`select min(at) as at from job where dead_at is null and (${which})`);
    return row!.at ?? undefined;
  }

  // As consume.ts: the effect and the inbox row in one transaction.
  async function handle({ id, subject, payload }: Waiting): Promise<void> {
    const { schema, handle } = handlers.get(subject) as Subscription & { schema: DescMessage };
    const once: Once = (work) =>
      db.transact(async (tx) => {
        const text = "insert into inbox (event_id, subject) values ($1, $2) on conflict do nothing returning 1";
        return (await tx.sql(text, [id, subject])).length > 0 ? work(tx) : undefined;
      });
    await handle(fromBinary(schema, payload) as never, once);
  }
  return { app, config, db, log, handlers, handle, emitted, work, nextDue };
}

/** Plays auth: signs people's tokens, and serves the key that verifies them. */
async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "people", alg: "ES256", use: "sig" }] });
  const server = http.createServer((_, response) => response.setHeader("content-type", "application/json").end(keys));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: (id: string, role: "CLIENT" | "STYLIST" | "ADMIN") =>
      new SignJWT({ role, sid: crypto.randomUUID() })
        .setProtectedHeader({ alg: "ES256", kid: "people" })
        .setIssuer("lacio")
        .setAudience("lacio")
        .setSubject(id)
        .setExpirationTime("1 day")
        .sign(privateKey),
    stop: () => void server.close(),
  };
}
