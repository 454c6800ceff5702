import type { SystemDescription } from "@lacio/testkit/system";
import { sql } from "@lacio/testkit/testing";

// Two of the newest migrations, which running replicas do not notice when they are missing: an index, and a setting of new connections.
const undone = [
  { service: "reassignment", name: "20261205000000-no-words", undo: "drop index reassignment_of_client" },
  { service: "availability", name: "20261205000000-plan-for-every-role", undo: "alter database availability reset plan_cache_mode" },
];
export const services = undone.map(({ service }) => service);

/** Takes them back, so that the next upgrade has something to migrate. @throws when one was not run */
export async function undoMigrations(system: SystemDescription): Promise<void> {
  for (const { service, name, undo } of undone) {
    const rows = await sql(system, service, "delete from migration where name = $1 returning name", [name]);
    if (rows.length !== 1) throw new Error(`${service} has no migration ${name}.`);
    await sql(system, service, undo);
  }
}

/** @throws when one has not been run again */
export async function expectMigrated(system: SystemDescription): Promise<void> {
  for (const { service, name } of undone) {
    const rows = await sql(system, service, "select 1 from migration where name = $1", [name]);
    if (rows.length !== 1) throw new Error(`${service}'s migration ${name} was not run.`);
  }
  const index = await sql(system, "reassignment", "select 1 from pg_indexes where indexname = 'reassignment_of_client'");
  const setting = await sql(system, "availability", "select 1 from pg_db_role_setting where setconfig::text like '%plan_cache_mode%'");
  if (index.length !== 1 || setting.length < 1) throw new Error("A migration's row is back, but not what it makes.");
}
