import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { startPostgres } from "@lacio/testkit/infra/postgres";
import { Migration } from "@mikro-orm/migrations";
import { chassisConfig, Env } from "../config.ts";
import { openDatabase, type Database } from "../db.ts";
import { createWorker } from "../job-worker.ts";
import type { Job } from "../jobs.ts";
import { createLog } from "../log.ts";

class EffectTable extends Migration {
  override up(): void {
    this.addSql("create table effect (kind text not null, key text not null, times int not null default 1)");
  }
}

/** A database with the table `job`, a clock that the test moves, and any number of workers as replicas. */
export async function startJobs() {
  const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-jobs-"));
  const postgres = await startPostgres({ dir, fsync: false });
  const { url, ownerUrl } = await createDatabase(postgres.url, "jobs");
  const config = chassisConfig(
    new Env({
      DATABASE_URL: url,
      MIGRATION_DATABASE_URL: ownerUrl,
      NATS_URL: "nats://127.0.0.1",
      JOB_LEASE_SECONDS: "15",
      JOB_POLL_MS: "100",
    }),
    "jobs",
  );
  const logged: string[] = [];
  const log = createLog("test", "silent");
  log.error = log.warn = ((_: object, text: string) => void logged.push(text)) as typeof log.warn;
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const opened: Database[] = [];
  const open = async () => {
    const db = await openDatabase(config, { entities: [], migrations: [{ name: "effect", class: EffectTable }] }, log, now);
    opened.push(db);
    return db;
  };
  const db = await open();
  await db.migrate({ effect: ["select", "insert", "update", "delete"] });
  return {
    db,
    url,
    logged,
    now,
    wait: (seconds: number) => void (ahead += seconds * 1_000),
    /** Another replica, with its own connections. */
    replica: async (jobs: Job[]) => createWorker({ config, db: await open(), log, now }, jobs),
    replicaOf: (db: Database, jobs: Job[], wishes: { jobPollMs?: number; jobLeaseSeconds?: number }) =>
      createWorker({ config: { ...config, ...wishes }, db, log, now }, jobs),
    later: (kind: string, key: string, at?: Date) => db.transact(async (tx) => tx.later(kind, key, at)),
    row: async (kind: string, key: string) => (await db.sql<JobRow>("select * from job where kind = $1 and key = $2", [kind, key]))[0],
    effects: (kind: string) =>
      db.sql<{ key: string; times: number }>("select key, count(*)::int as times from effect where kind = $1 group by key order by key", [
        kind,
      ]),
    async clear() {
      await db.sql("delete from job");
      await db.sql("delete from effect");
      logged.length = 0;
    },
    async stop() {
      for (const one of opened) await one.close();
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type JobRow = {
  at: Date;
  claim: string | null;
  tries: number;
  failures: number;
  deaths: number;
  error: string | null;
  dead_at: Date | null;
};
export type JobsFixture = Awaited<ReturnType<typeof startJobs>>;
