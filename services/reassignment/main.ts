import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import { createApp, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { routes } from "./rpc/index.ts";
import { jobs } from "./timers/index.ts";

await start("reassignment", {
  service: ReassignmentService,
  permissions: permissions.reassignment,
  config: readConfig,
  database,
  createApp,
  routes,
  subscriptions,
  jobs,
});
