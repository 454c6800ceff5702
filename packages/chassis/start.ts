import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { openBus } from "./bus.ts";
import { createPeers } from "./clients.ts";
import { chassisConfig, ConfigError, migrationConfig, onlyMigrates, readConfig, type ChassisConfig } from "./config.ts";
import { openDatabase, type Database } from "./db.ts";
import { openDoors, type Guards } from "./doors.ts";
import { followEndedSessions } from "./ended-sessions.ts";
import { isOutage } from "./errors.ts";
import { serveHttp } from "./http.ts";
import { openKeys } from "./keys.ts";
import { createLog, logConsole, type Log } from "./log.ts";
import { startDefaultMetrics } from "./metrics.ts";
import { askOwner, migrate } from "./migrate.ts";
import { opsApp } from "./ops.ts";
import type { Parts } from "./parts.ts";
import { createReadiness, type Readiness } from "./readiness.ts";
import { endWhileLoading, flushTraces } from "./telemetry-hook.ts";

export type { Base, Parts } from "./parts.ts";

/**
 * Runs one service until SIGTERM, or its migrations alone. Ends the process with 78 when the configuration is wrong (EX_CONFIG of sysexits(3)),
 * with 1 when it cannot start and waiting would not help.
 */
export async function start<Config extends object, App>(name: string, parts: Parts<Config, App>): Promise<void> {
  try {
    await (onlyMigrates() ? migrateAlone(name, parts) : run(name, parts));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(78);
  }
}

const databasePatienceMs = 30_000;
const migrating = "it runs, or waits for another process that migrates";

// Without an ops door: in a pod that migrates the services' databases side by side, the containers share the ports.
async function migrateAlone<Config, App>(name: string, { database, permissions }: Parts<Config, App>): Promise<void> {
  const config = readConfig(migrationConfig);
  const log = openLog(name, config.logLevel);
  onStop(() => process.exit(143)); // 128 + SIGTERM: no success, or the code that needs the migration would be rolled out
  const lastAt = Date.now() + databasePatienceMs;
  const again = (error: unknown) => isOutage(error) && Date.now() < lastAt;
  const [url, end] = [config.migrationDatabaseUrl, endWith(log, "cannot migrate")];
  const readiness = createReadiness(log);
  await readiness.once("database", hostOf(url), () => askOwner(url), again).catch(end);
  const work = () => migrate(config, database, permissions.tables, log);
  await readiness.once("migration", hostOf(url), work, again, migrating).catch(end);
  process.exit(0);
}

/** Opens the ops door, waits for database and broker, opens the other doors; stops in reverse. */
async function run<Config extends object, App>(name: string, parts: Parts<Config, App>): Promise<void> {
  const config = readConfig((env) => {
    const read = { ...chassisConfig(env, name), ...parts.config(env) };
    if (read.roles.includes("rpc")) env.text("SERVICE_TOKEN_JWKS"); // needed by nobody else
    if (read.roles.includes("migrate")) env.url("MIGRATION_DATABASE_URL");
    return read;
  });
  const log = openLog(name, config.logLevel);
  let stop = () => process.exit(0) as void; // until the doors are open there is nothing to drain
  onStop(() => stop());
  const now = () => new Date();
  const db = await openDatabase(config, parts.database, log, now);
  const peers = createPeers(config);
  const app = parts.createApp({ config, log, db, transact: db.transact, client: peers.client, now });
  const end = endWith(log, "cannot start");

  startDefaultMetrics();
  const readiness = createReadiness(log);
  const opsDoor = opsApp({ db, readiness, now, measure: async () => parts.measure?.(app) });
  const ops = await serveHttp(opsDoor, config.opsPort, config.bindAddress).catch(end);
  const guards = config.roles.includes("rpc")
    ? { keys: openKeys(config, log), ended: followEndedSessions(peers.client(AuthService), log) }
    : undefined;
  const guarded = guards && knowCallers(readiness, config, guards);
  const connecting = readiness.once("nats", hostOf(config.natsUrl), (failed) => openBus(config, log, failed));
  const [bus] = await Promise.all([connecting, prepareDatabase(readiness, config, db, parts, app)]).catch(end);

  const stopping = new Promise<void>((resolve) => (stop = resolve));
  const { serving } = readiness;
  const closeDoors = await openDoors({ config, log, db, bus, now, guards, serving }, parts, app).catch(end);
  readiness.watch({ db, bus });
  void Promise.resolve(guarded).then(() => readiness.ready({ roles: config.roles, rpc: config.rpcPort }));

  await stopping;
  readiness.drain();
  log.info("draining");
  await closeDoors();
  await ops.stop();
  peers.close();
  await bus.nc.close();
  await db.close();
  await flushTraces();
  log.info("stopped");
  process.exit(0); // a library's open handle must not keep a drained process alive
}

async function prepareDatabase<Config, App>(
  readiness: Readiness,
  config: ChassisConfig,
  db: Database,
  parts: Parts<Config, App>,
  app: App,
): Promise<void> {
  const at = hostOf(config.databaseUrl);
  await readiness.once("database", at, () => db.pool.query("select 1"));
  const work = () => db.migrate(parts.permissions.tables);
  if (config.roles.includes("migrate")) await readiness.once("migration", at, work, isOutage, migrating);
  await readiness.once("tables", at, db.askMigrations);
  if (parts.prepare) await readiness.once("preparation", at, () => parts.prepare!(app), isOutage);
}

// Auth asks itself, too, as soon as its doors are open.
async function knowCallers(readiness: Readiness, config: ChassisConfig, { keys, ended }: Guards): Promise<void> {
  await Promise.all([
    readiness.once("auth's keys", keys.people.at, keys.people.fetch),
    readiness.once("auth's ended sessions", config.peer("auth"), ended.known),
    readiness.once("keys of service tokens", keys.services.at, keys.services.fetch),
  ]);
}

function openLog(name: string, level: string): Log {
  const log = createLog(name, level);
  logConsole(log);
  process.on("unhandledRejection", (error) => log.error({ err: error }, "a rejection was not handled"));
  return log;
}

const onStop = (stop: () => void) => void process.off("SIGTERM", endWhileLoading).once("SIGTERM", stop).once("SIGINT", stop);

/** @throws ConfigError, which `start` answers */
const endWith = (log: Log, words: string) => (error: unknown) => {
  if (error instanceof ConfigError) throw error;
  log.fatal({ err: error }, words);
  process.exit(1);
};

const hostOf = (url: string) => new URL(url).host;
