import { rmSync } from "node:fs";
import { createPeers } from "@lacio/chassis/clients";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { openDatabase } from "@lacio/chassis/db";
import { createLog } from "@lacio/chassis/log";
import type { Parts } from "@lacio/chassis/start";
import pg from "pg";
import { startInfra } from "./infra/index.ts";
import { createDatabase } from "./infra/postgres.ts";

/** A service's app in the test's own process, on a database of its own, without its timers: the test calls each job itself, also twice at once. */
export async function startAppAlone<Config extends object, App>(
  name: string,
  parts: Pick<Parts<Config, App>, "config" | "database" | "createApp">,
  env: Record<string, string>,
) {
  const dir = `.lacio/test/${name}-alone`;
  rmSync(dir, { recursive: true, force: true });
  const infra = await startInfra({ dir, fsync: false });
  const url = await createDatabase(infra.postgres.url, name);
  const config = readConfig((from) => ({ ...chassisConfig(from, name), ...parts.config(from) }), {
    DATABASE_URL: url,
    NATS_URL: infra.nats.url,
    DB_POOL_MAX: "4", // ten connections opened at once take a busy machine longer than a call may wait
    ...env,
  });
  const { log, logged } = listeningLog(name);
  const db = await openDatabase(config, parts.database, log);
  await db.migrate();
  const peers = createPeers(config);
  const app = await parts.createApp({ config, log, db, transact: db.transact, client: peers.client, now: () => new Date() });
  const beside = new pg.Client({ connectionString: url });
  await beside.connect();
  return {
    app,
    logged,
    /** What a test changes here, it changes behind the service's back. */
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

function listeningLog(name: string) {
  const log = createLog(name, "silent");
  const logged: Logged[] = [];
  for (const level of ["debug", "info", "warn", "error"] as const)
    log[level] = ((fields: Record<string, unknown>, text: string) => void logged.push({ level, text, fields })) as typeof log.info;
  return { log, logged };
}
