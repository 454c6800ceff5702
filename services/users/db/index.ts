import type { DatabaseParts } from "@lacio/chassis/db";
import { Profile } from "../domain/profile.ts";
import { Visit } from "../domain/visit.ts";
import { Init } from "./migrations/20261124000000-init.ts";

export const database: DatabaseParts = {
  entities: [Profile, Visit],
  migrations: [{ name: "20261124000000-init", class: Init }],
};
