import type { DatabaseParts } from "@lacio/chassis/db";
import { Notification } from "../domain/notification.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { Calendar } from "./migrations/20261129000000-calendar.ts";
import { Jobs } from "./migrations/20261202000000-jobs.ts";
import { AnswerLinks } from "./migrations/20261203000000-answer-links.ts";
import { NamedClient } from "./migrations/20261205000000-named-client.ts";

export const database: DatabaseParts = {
  entities: [Notification],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261129000000-calendar", class: Calendar },
    { name: "20261202000000-jobs", class: Jobs },
    { name: "20261203000000-answer-links", class: AnswerLinks },
    { name: "20261205000000-named-client", class: NamedClient },
  ],
};
