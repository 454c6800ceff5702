import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startInfra } from "@lacio/testkit/infra/index";
import type { Infra } from "@lacio/testkit/infra/servers";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { keepStreams } from "@lacio/provisioner/keep-streams";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { AccountRegisteredSchema, PasswordResetRequestedSchema } from "@lacio/proto/auth/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import { Migration } from "@mikro-orm/migrations";
import { openBroker, openBus, type Bus } from "../bus.ts";
import { chassisConfig, Env } from "../config.ts";
import { on, startConsumers, type Once, type Subscription } from "../consume.ts";
import { openDatabase, type Database } from "../db.ts";
import { fact, type Fact } from "../fact.ts";
import { startLead } from "../lead.ts";
import { createLog } from "../log.ts";
import type { Permissions } from "../permissions.ts";
import { relayOutbox } from "../relay.ts";

// The effect of an event in these tests: one row.
const EffectSchema = defineEntity({
  name: "Effect",
  tableName: "effect",
  properties: { id: p.bigint("number").primary().autoincrement(), accountId: p.text() },
});
class Effect extends EffectSchema.class {}
EffectSchema.setClass(Effect);

class EffectTable extends Migration {
  override up(): void {
    this.addSql("create table effect (id bigint generated always as identity, account_id text not null)");
  }
}
const subjects = ["auth.account_registered", "auth.password_reset_requested", "auth.refresh_token_reused"];
const none = { publishes: [], consumes: [], calls: [], tables: {}, servers: [] };
const permissions: Record<string, Permissions> = { auth: { ...none, publishes: subjects }, users: { ...none, consumes: subjects } };

/** One owner ("auth") that publishes and one consumer ("users"), on PostgreSQL and NATS of their own. */
export async function startEvents(options: Partial<EventsOptions> = {}): Promise<Events> {
  const { env = {}, ackWaitMs = 1_000, trouble = () => {}, relayBus = (bus) => bus } = options;
  const warnings: string[] = [];
  const log = createLog("test", "silent");
  log.warn = ((_: object, text: string) => void warnings.push(text)) as typeof log.warn;
  const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-events-"));
  const infra = await startInfra({ dir, fsync: false, permissions }, ["postgres", "nats"]);
  const keeper = keepStreams({
    url: infra.nats.urlOf("provisioner"),
    permissions,
    log: createLog("provisioner", "silent"),
    everyMs: 500,
    ackWaitMs,
  });
  await keeper.ready;
  const seen: string[] = [];
  const config = async (service: string) => {
    const { url, ownerUrl } = await createDatabase(infra.postgres.url, service);
    return chassisConfig(
      new Env({
        DATABASE_URL: url,
        MIGRATION_DATABASE_URL: ownerUrl,
        NATS_URL: infra.nats.urlOf(service),
        EVENT_MAX_FAILURES: "2",
        ...env,
      }),
      service,
    );
  };
  const [owning, consuming] = [await config("auth"), await config("users")];
  const owner = await openDatabase(owning, { entities: [], migrations: [] }, log);
  const consumer = await openDatabase(consuming, { entities: [Effect], migrations: [{ name: "effect", class: EffectTable }] }, log);
  await owner.migrate({});
  await consumer.migrate({ effect: ["select", "insert"] });
  const buses = [await openBus(owning, log), await openBus(consuming, log)] as const;
  const relay = startLead(owning, log, relayOutbox(owning, owner, relayBus(buses[0]), log));
  const administrator = await openBroker(infra.nats.url, "test", log);
  const bus = { ...administrator, js: jetstream(administrator.nc), jsm: await jetstreamManager(administrator.nc) };

  async function handle({ accountId }: { accountId: string }, once: Once) {
    await trouble(accountId);
    await once(async (tx) => {
      tx.add(Object.assign(new Effect(), { accountId }));
      seen.push(accountId);
    });
  }
  const replicas: { stop(): Promise<void> }[] = [];
  const startReplica = (...more: Subscription[]) => {
    const subscriptions = [on(AccountRegisteredSchema, handle), on(PasswordResetRequestedSchema, handle), ...more];
    const replica = startConsumers(consuming, consumer, buses[1], log, subscriptions);
    replicas.push(replica);
    return replica;
  };
  const first = startReplica();

  return {
    dir,
    infra,
    owner,
    consumer,
    bus,
    keeper,
    seen,
    warnings,
    first,
    startReplica,
    emit: (...facts) => owner.transact(async (tx) => tx.emit(...facts)),
    effectsOf: async (accountId) => (await consumer.sql("select 1 from effect where account_id = $1", [accountId])).length,
    async sequenceOf(key) {
      const rows = await owner.sql<{ stream_seq: string }>("select stream_seq from outbox where key = $1 order by seq", [key]);
      return rows.map(({ stream_seq }) => Number(stream_seq));
    },
    async stop() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await relay.stop();
      for (const { nc } of [...buses, bus]) await nc.close();
      await keeper.stop();
      await owner.close();
      await consumer.close();
      await infra.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A fact about `accountId`; facts of one `key` (the aggregate) are published in their order. */
export const registered = (accountId: string, key = accountId): Fact => fact(AccountRegisteredSchema, key, { accountId });

export type EventsOptions = {
  env: Record<string, string>;
  ackWaitMs: number;
  /** Called by the handler before each effect; when it throws, the handler fails. */
  trouble: (accountId: string) => void | Promise<void>;
  /** Wraps the relay's broker, for fault injection. */
  relayBus: (bus: Bus) => Bus;
};

export type Events = {
  dir: string;
  infra: Infra<"postgres" | "nats">;
  owner: Database;
  consumer: Database;
  /** An administrator's, past the two services. */
  bus: Bus;
  keeper: ReturnType<typeof keepStreams>;
  /** The accounts of handled events, in order. */
  seen: string[];
  /** What was logged as a warning. */
  warnings: string[];
  /** The replica that runs from the start. */
  first: { stop(): Promise<void> };
  /** Starts another replica of the consumer, which may be of a newer version and handle more. */
  startReplica(...more: Subscription[]): { stop(): Promise<void> };
  emit(...facts: Fact[]): Promise<void>;
  effectsOf(accountId: string): Promise<number>;
  /** The stream's sequence numbers of an aggregate's events, in the order of their commits. */
  sequenceOf(key: string): Promise<number[]>;
  stop(): Promise<void>;
};
