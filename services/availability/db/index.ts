import type { DatabaseParts } from "@lacio/chassis/db";
import { Init } from "./migrations/20261124000000-init.ts";

// A projection has no entities: facts are written by upsert and read by one statement.
export const database: DatabaseParts = { entities: [], migrations: [{ name: "20261124000000-init", class: Init }] };
