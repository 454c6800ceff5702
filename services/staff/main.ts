import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { clean } from "@lacio/salon/written";
import { createApp, prepare, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { routes } from "./rpc/index.ts";

await start("staff", {
  service: StaffService,
  permissions: permissions.staff,
  config: readConfig,
  database,
  createApp,
  prepare,
  routes,
  subscriptions,
  clean,
});
