import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { clean } from "@lacio/salon/written";
import { createApp, prepare, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { http } from "./http/index.ts";
import { routes } from "./rpc/index.ts";
import { jobs } from "./timers/index.ts";

await start("auth", {
  service: AuthService,
  permissions: permissions.auth,
  config: readConfig,
  database,
  createApp,
  prepare,
  routes,
  subscriptions,
  jobs,
  http,
  clean,
});
