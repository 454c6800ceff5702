import { start } from "@lacio/chassis/start";
import { permissions } from "@lacio/permissions/table";
import { UsersService } from "@lacio/proto/users/v1/users_service";
import { clean } from "@lacio/salon/written";
import { createApp, readConfig } from "./app.ts";
import { database } from "./db/index.ts";
import { subscriptions } from "./events/index.ts";
import { routes } from "./rpc/index.ts";

await start("users", {
  service: UsersService,
  permissions: permissions.users,
  config: readConfig,
  database,
  createApp,
  routes,
  subscriptions,
  clean,
});
