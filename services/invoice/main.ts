import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { InvoiceService } from "@lacio/proto/invoice/v1/invoice_service";
import { createApp, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { routes } from "./rpc/index.ts";
import { jobs } from "./timers/index.ts";
import { measureNumbers as measure } from "./timers/watch-numbers.ts";

await start("invoice", {
  service: InvoiceService,
  permissions: permissions.invoice,
  config: readConfig,
  database,
  createApp,
  routes,
  subscriptions,
  jobs,
  measure,
});
