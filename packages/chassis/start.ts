import type { DescService } from "@bufbuild/protobuf";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import type { Express } from "express";
import { openBus } from "./bus.ts";
import { createPeers } from "./clients.ts";
import { chassisConfig, ConfigError, readConfig, type ChassisConfig, type Env } from "./config.ts";
import { startConsumers, type Subscription } from "./consume.ts";
import { followEndedSessions } from "./ended-sessions.ts";
import { openDatabase, type Database, type DatabaseParts } from "./db.ts";
import { serveHttp } from "./http.ts";
import { startLead } from "./lead.ts";
import { createLog, logConsole, type Log } from "./log.ts";
import { startDefaultMetrics } from "./metrics.ts";
import { opsApp } from "./ops.ts";
import type { Permissions } from "./permissions.ts";
import { createWorker } from "./job-worker.ts";
import type { Job } from "./jobs.ts";
import { purge } from "./purge.ts";
import { relayOutbox } from "./relay.ts";
import { serveRpc, type Routes } from "./serve.ts";
import { wakeSubject } from "./streams.ts";
import { flushTraces } from "./telemetry-hook.ts";
import type { Clean } from "./written.ts";

/** What the chassis gives to a service's `createApp`. */
export type Base<Config> = {
  config: Config & ChassisConfig;
  log: Log;
  db: Database;
  transact: Database["transact"];
  client: ReturnType<typeof createPeers>["client"];
  now: () => Date;
};

export type Parts<Config, App> = {
  service: DescService;
  permissions: Permissions;
  config: (env: Env) => Config;
  database: DatabaseParts;
  createApp: (base: Base<Config>) => App | Promise<App>;
  routes: (app: App) => Routes;
  subscriptions?: (app: App) => Subscription[];
  jobs?: (app: App) => Job[];
  http?: (app: App) => Express;
  /** Sets gauges that are read from the database, on every replica before each scrape. */
  measure?: (app: App) => Promise<void>;
  /** Normalises the request fields that have the option `written`. */
  clean?: Clean;
};

/** Runs one service until SIGTERM. A wrong configuration ends the process with 78, which is EX_CONFIG of sysexits(3). */
export async function start<Config extends object, App>(name: string, parts: Parts<Config, App>): Promise<void> {
  try {
    await run(name, parts);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(78);
  }
}

/** Opens database, broker and doors; then stops them in reverse. */
async function run<Config extends object, App>(name: string, parts: Parts<Config, App>): Promise<void> {
  const config = readConfig((env) => {
    const read = { ...chassisConfig(env, name), ...parts.config(env) };
    if (read.roles.includes("rpc")) env.text("SERVICE_TOKEN_JWKS"); // needed by nobody else
    if (read.roles.includes("migrate")) env.url("MIGRATION_DATABASE_URL");
    return read;
  });
  const log = createLog(name, config.logLevel);
  logConsole(log);
  process.on("unhandledRejection", (error) => log.error({ err: error }, "a rejection was not handled"));
  const now = () => new Date();
  const db = await openDatabase(config, parts.database, log, now);
  if (config.roles.includes("migrate")) await db.migrate(parts.permissions.tables);
  if (config.roles.every((role) => role === "migrate")) return db.close();

  startDefaultMetrics();
  const bus = await openBus(config, log);
  const peers = createPeers(config);
  const { transact } = db;
  const app = await parts.createApp({ config, log, db, transact, client: peers.client, now });

  let draining = false;
  const stops: (() => Promise<unknown>)[] = [];
  if (config.roles.includes("timers")) {
    const lead = startLead(config, log, relayOutbox(config, db, bus, log));
    const purging: Job = { name: "purge", everySeconds: 3_600, run: () => purge(db, config.outboxKeepDays, now()) };
    const worker = createWorker({ config, db, log, now }, [...(parts.jobs?.(app) ?? []), purging]);
    db.onJob(worker.wake);
    bus.nc.subscribe(wakeSubject(name), { callback: () => worker.wake() });
    stops.push(() => lead.stop(), worker.start());
  } else {
    // A hint to the replicas with the role `timers`, at most once: a lost one costs a poll interval.
    db.onJob((at) => {
      if (at <= now() && !bus.nc.isClosed() && !bus.nc.isDraining()) bus.nc.publish(wakeSubject(name));
    });
  }
  if (config.roles.includes("events") && parts.subscriptions) {
    const consumers = startConsumers(config, db, bus, log, parts.subscriptions(app));
    stops.push(() => consumers.stop());
  }
  if (config.roles.includes("rpc")) {
    const ended = followEndedSessions(peers.client(AuthService), log);
    stops.push(() => ended.stop());
    const rpc = await serveRpc({ config, db, log, ended, clean: parts.clean }, parts.service, parts.routes(app), () => !draining);
    stops.push(() => rpc.stop());
    if (parts.http) {
      const http = await serveHttp(parts.http(app), config.httpPort, config.bindAddress);
      stops.push(() => http.stop());
    }
  }
  const opsDoor = opsApp({ db, bus, now, draining: () => draining, measure: () => parts.measure?.(app) ?? Promise.resolve() });
  const ops = await serveHttp(opsDoor, config.opsPort, config.bindAddress);
  log.info({ roles: config.roles, rpc: config.rpcPort }, "started");

  await new Promise<void>((resolve) => process.once("SIGTERM", resolve).once("SIGINT", resolve));
  draining = true;
  log.info("draining");
  for (const stop of stops.reverse()) await stop();
  await ops.stop();
  peers.close();
  await bus.nc.close();
  await db.close();
  await flushTraces();
  log.info("stopped");
  process.exit(0); // a library's open handle must not keep a drained process alive
}
