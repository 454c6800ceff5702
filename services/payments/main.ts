import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { PaymentsService } from "@lacio/proto/payments/v1/payments_service";
import { createApp, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { http } from "./http/index.ts";
import { routes } from "./rpc/index.ts";
import { jobs } from "./timers/index.ts";

await start("payments", {
  service: PaymentsService,
  permissions: permissions.payments,
  config: readConfig,
  database,
  createApp,
  routes,
  subscriptions,
  jobs,
  http,
});
