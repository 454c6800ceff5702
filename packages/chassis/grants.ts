import type pg from "pg";
import type { Permissions } from "./permissions.ts";

type Tables = Permissions["tables"];

/** What every service's running role may do with the tables of tables.ts, and with the list of migrations. */
export const chassisTables: Tables = {
  outbox: ["select", "insert", "update", "delete"],
  inbox: ["select", "insert", "update", "delete"],
  event_failure: ["select", "insert", "update", "delete"],
  dead_letter: ["select", "insert", "update"],
  idempotency: ["select", "insert", "delete"],
  job: ["select", "insert", "update", "delete"],
  migration: ["select"], // by which a replica knows that its tables are there; MikroORM makes it
};

/**
 * Sets what the running role, `<database>_running`, may do: exactly this, and nothing with a table that is not listed. Statements sent
 * together are one transaction, so a replica at work never misses a right that it keeps. @throws when a listed table does not exist
 */
export async function grantTables(owner: pg.ClientBase, tables: Tables): Promise<void> {
  const { rows } = await owner.query<{ role: string }>("select quote_ident(current_database() || '_running') as role");
  const { role } = rows[0]!;
  const grants = Object.entries({ ...chassisTables, ...tables }).map(([table, verbs]) => `grant ${verbs.join()} on "${table}" to ${role}`);
  await owner.query([`revoke all on all tables in schema public from public, ${role}`, ...grants].join(";"));
}
