import { rmSync } from "node:fs";
import { createPeers } from "@lacio/chassis/clients";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { openDatabase } from "@lacio/chassis/db";
import { createWorker } from "@lacio/chassis/job-worker";
import { createLog } from "@lacio/chassis/log";
import type { Parts } from "@lacio/chassis/start";
import pg from "pg";
import { createDatabase } from "./infra/databases.ts";
import { startInfra } from "./infra/index.ts";

/** A service's app in the test's process, on its own database, without doors, relay or worker: the test moves the clock and runs jobs. */
export async function startAppAlone<Config extends object, App>(
  name: string,
  parts: Pick<Parts<Config, App>, "permissions" | "config" | "database" | "createApp" | "prepare" | "jobs">,
  env: Record<string, string>,
) {
  const dir = `.lacio/test/${name}-alone`;
  rmSync(dir, { recursive: true, force: true });
  const infra = await startInfra({ dir, fsync: false }, ["postgres"]);
  const { url, ownerUrl } = await createDatabase(infra.postgres.url, name);
  const config = readConfig((from) => ({ ...chassisConfig(from, name), ...parts.config(from) }), {
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
    NATS_URL: "nats://127.0.0.1:1", // nobody publishes or consumes
    DB_POOL_MAX: "4", // ten connections opened at once take a busy machine longer than a call may wait
    ...env,
  });
  const { log, logged } = recordingLog(name);
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const db = await openDatabase(config, parts.database, log, now);
  await db.migrate(parts.permissions.tables);
  const peers = createPeers(config);
  const app = parts.createApp({ config, log, db, transact: db.transact, client: peers.client, now });
  await parts.prepare?.(app);
  const beside = new pg.Client({ connectionString: ownerUrl });
  await beside.connect();
  return {
    app,
    logged,
    now,
    /** Moves the app's clock on. */
    wait: (seconds: number) => void (ahead += seconds * 1_000),
    resetClock: () => void (ahead = 0),
    /** The worker of one more replica; its `drain` runs what is due. */
    worker: () => createWorker({ config, db, log, now }, parts.jobs?.(app) ?? []),
    /** Runs everything that is due. */
    work: () => createWorker({ config, db, log, now }, parts.jobs?.(app) ?? []).drain(),
    /** Runs SQL on a connection of the test's own, past the service. */
    sql: async <Row = Record<string, unknown>>(text: string, values: unknown[] = []) => (await beside.query(text, values)).rows as Row[],
    async stop() {
      await beside.end();
      peers.close();
      await db.close();
      await infra.stop();
    },
  };
}

export type Logged = { level: string; text: string; fields: Record<string, unknown> };

function recordingLog(name: string) {
  const log = createLog(name, "silent");
  const logged: Logged[] = [];
  for (const level of ["debug", "info", "warn", "error"] as const)
    log[level] = ((fields: Record<string, unknown>, text: string) => void logged.push({ level, text, fields })) as typeof log.info;
  return { log, logged };
}
