import type { DatabaseParts } from "@lacio/chassis/db";
import { Init } from "./migrations/20261124000000-init.ts";
import { EnglishNames } from "./migrations/20261129000000-english-names.ts";
import { Settings } from "./migrations/20261130000000-settings.ts";
import { PlanForEveryRole } from "./migrations/20261205000000-plan-for-every-role.ts";

// A pure projection, so no entities: events are upserted, and one statement reads them.
export const database: DatabaseParts = {
  entities: [],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261129000000-english-names", class: EnglishNames },
    { name: "20261130000000-settings", class: Settings },
    { name: "20261205000000-plan-for-every-role", class: PlanForEveryRole },
  ],
};
