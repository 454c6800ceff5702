import type { DatabaseParts } from "@lacio/chassis/db";
import { Notification } from "../domain/notification.ts";
import { Init } from "./migrations/20261124000000-init.ts";

export const database: DatabaseParts = {
  entities: [Notification],
  migrations: [{ name: "20261124000000-init", class: Init }],
};
