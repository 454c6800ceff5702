import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { NotificationService } from "@lacio/proto/notification/v1/notification_service";
import { createApp, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { routes } from "./rpc/index.ts";
import { jobs } from "./timers/index.ts";

await start("notification", {
  service: NotificationService,
  permissions: permissions.notification,
  config: readConfig,
  database,
  createApp,
  routes,
  subscriptions,
  jobs,
});
