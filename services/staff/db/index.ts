import { Code } from "@connectrpc/connect";
import type { DatabaseParts } from "@lacio/chassis/db";
import { Refusal } from "@lacio/chassis/errors";
import { Absence } from "../domain/absence.ts";
import { SalonService } from "../domain/salon-service.ts";
import { SalonSettings } from "../domain/salon-settings.ts";
import { Skill } from "../domain/skill.ts";
import { Stylist } from "../domain/stylist.ts";
import { TimeOff } from "../domain/time-off.ts";
import { Init } from "./migrations/20261124000000-init.ts";
import { Settings } from "./migrations/20261130000000-settings.ts";
import { Absences } from "./migrations/20261203000000-absences.ts";

const nameTaken = (what: string) => () => new Refusal("name_taken", `There is a ${what} with this name already.`, Code.AlreadyExists);

export const database: DatabaseParts = {
  entities: [Absence, SalonService, SalonSettings, Skill, Stylist, TimeOff],
  migrations: [
    { name: "20261124000000-init", class: Init },
    { name: "20261130000000-settings", class: Settings },
    { name: "20261203000000-absences", class: Absences },
  ],
  refusals: {
    service_name_unique: nameTaken("service"),
    skill_name_unique: nameTaken("skill"),
    time_off_overlaps: () => new Refusal("time_off_overlaps", "There is time off in this time already."),
  },
};
