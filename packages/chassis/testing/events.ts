import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startInfra } from "@lacio/testkit/infra/index";
import type { Infra } from "@lacio/testkit/infra/servers";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { AccountRegisteredSchema, PasswordResetRequestedSchema } from "@lacio/proto/auth/v1/events";
import { defineEntity, p } from "@mikro-orm/core";
import { Migration } from "@mikro-orm/migrations";
import { openBus, type Bus } from "../bus.ts";
import { chassisConfig, Env } from "../config.ts";
import { on, startConsumers, type Once } from "../consume.ts";
import { openDatabase, type Database } from "../db.ts";
import { fact, type Fact } from "../fact.ts";
import { startLead } from "../lead.ts";
import { createLog } from "../log.ts";
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

/** One owner ("auth") that publishes and one consumer ("users"), on PostgreSQL and NATS of their own. */
export async function startEvents(options: Partial<EventsOptions> = {}): Promise<Events> {
  const { env = {}, trouble = () => {}, relayBus = (bus) => bus } = options;
  const warnings: string[] = [];
  const log = createLog("test", "silent");
  log.warn = ((_: object, text: string) => void warnings.push(text)) as typeof log.warn;
  const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-events-"));
  const infra = await startInfra({ dir, fsync: false }, ["postgres", "nats"]);
  const seen: string[] = [];
  const config = async (service: string) => {
    const { url, ownerUrl } = await createDatabase(infra.postgres.url, service);
    return chassisConfig(
      new Env({
        DATABASE_URL: url,
        MIGRATION_DATABASE_URL: ownerUrl,
        NATS_URL: infra.nats.url,
        EVENT_MAX_FAILURES: "2",
        EVENT_ACK_WAIT_MS: "1000",
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
  const bus = await openBus(owning, log);
  const relay = startLead(owning, log, relayOutbox(owning, owner, relayBus(bus), log));

  async function handle({ accountId }: { accountId: string }, once: Once) {
    await trouble(accountId);
    await once(async (tx) => {
      tx.add(Object.assign(new Effect(), { accountId }));
      seen.push(accountId);
    });
  }
  const startReplica = () =>
    startConsumers(consuming, consumer, bus, log, [on(AccountRegisteredSchema, handle), on(PasswordResetRequestedSchema, handle)]);
  const first = startReplica();

  return {
    dir,
    infra,
    owner,
    consumer,
    bus,
    seen,
    warnings,
    startReplica,
    emit: (...facts) => owner.transact(async (tx) => tx.emit(...facts)),
    effectsOf: async (accountId) => (await consumer.sql("select 1 from effect where account_id = $1", [accountId])).length,
    async sequenceOf(key) {
      const rows = await owner.sql<{ stream_seq: string }>("select stream_seq from outbox where key = $1 order by seq", [key]);
      return rows.map(({ stream_seq }) => Number(stream_seq));
    },
    async stop() {
      await first.stop();
      await relay.stop();
      await bus.nc.close();
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
  bus: Bus;
  /** The accounts of handled events, in order. */
  seen: string[];
  /** What was logged as a warning. */
  warnings: string[];
  /** Starts another replica of the consumer. */
  startReplica(): { stop(): Promise<void> };
  emit(...facts: Fact[]): Promise<void>;
  effectsOf(accountId: string): Promise<number>;
  /** The stream's sequence numbers of an aggregate's events, in the order of their commits. */
  sequenceOf(key: string): Promise<number[]>;
  stop(): Promise<void>;
};
