import type { DescService } from "@bufbuild/protobuf";
import type { Express } from "express";
import type { createPeers } from "./clients.ts";
import type { ChassisConfig, Env } from "./config.ts";
import type { Subscription } from "./consume.ts";
import type { Database, DatabaseParts } from "./db.ts";
import type { Job } from "./jobs.ts";
import type { Log } from "./log.ts";
import type { Permissions } from "./permissions.ts";
import type { Routes } from "./serve.ts";
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
  /** Asks nobody, as everybody may be away: for questions there is `prepare`. */
  createApp: (base: Base<Config>) => App;
  /** What has to be in the database before the first call. Run again while a server is away; another error ends the process. */
  prepare?: (app: App) => Promise<unknown>;
  routes: (app: App) => Routes;
  subscriptions?: (app: App) => Subscription[];
  jobs?: (app: App) => Job[];
  http?: (app: App) => Express;
  /** Sets gauges that are read from the database, on every replica before each scrape. */
  measure?: (app: App) => Promise<void>;
  /** Normalises the request fields that have the option `written`. */
  clean?: Clean;
};
