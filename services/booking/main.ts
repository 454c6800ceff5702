import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { createApp, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { routes } from "./rpc/index.ts";
import { jobs } from "./timers/index.ts";

await start("booking", {
  service: BookingService,
  permissions: permissions.booking,
  config: readConfig,
  database,
  createApp,
  routes,
  subscriptions,
  jobs,
});
