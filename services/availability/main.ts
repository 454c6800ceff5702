import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import { createApp, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { routes } from "./rpc/index.ts";
import { jobs } from "./timers/index.ts";

await start("availability", {
  service: AvailabilityService,
  permissions: permissions.availability,
  config: readConfig,
  database,
  createApp,
  routes,
  subscriptions,
  jobs,
});
