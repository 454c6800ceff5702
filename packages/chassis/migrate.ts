import { Migrator, type Migration } from "@mikro-orm/migrations";
import { MikroORM, type Constructor, type EntityClass, type MigrationObject } from "@mikro-orm/postgresql";
import pg from "pg";
import type { ChassisConfig } from "./config.ts";
import { isOutage, type Refusal } from "./errors.ts";
import { grantTables } from "./grants.ts";
import type { Log } from "./log.ts";
import type { Permissions } from "./permissions.ts";
import { ChassisTables, JobTable } from "./tables.ts";

export type DatabaseParts = {
  entities: EntityClass<object>[];
  migrations: { name: string; class: Constructor<Migration> }[];
  /** The refusal that a violated constraint means, by the constraint's name. */
  refusals?: Record<string, () => Refusal>;
};

/** Of one attempt: a server may accept and stay silent. */
const connectionTimeoutMillis = 3_000;

/** Asks the owner's database for a sign of life. @throws what is wrong, within three seconds */
export async function askOwner(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis, query_timeout: connectionTimeoutMillis });
  client.on("error", () => {}); // the query's own says it
  try {
    await client.connect();
    await client.query("select 1");
  } finally {
    void client.end().catch(() => {});
  }
}

/**
 * Runs the pending migrations as the owner, and sets what the running role may do with the tables, unless a newer version has done so.
 * Under an advisory lock: replicas that start together migrate one after another. @throws naming the migration that failed, with PostgreSQL's
 * message; outages as they are
 */
export async function migrate(
  config: Pick<ChassisConfig, "migrationDatabaseUrl">,
  parts: Pick<DatabaseParts, "entities" | "migrations">,
  tables: Permissions["tables"],
  log: Log,
): Promise<void> {
  const migrationsList = known(parts);
  const orm = await MikroORM.init({
    clientUrl: config.migrationDatabaseUrl,
    ensureDatabase: false, // databases are created by the server's owner, services may not
    entities: parts.entities,
    extensions: [Migrator],
    discovery: { warnWhenNoEntities: false },
    migrations: { migrationsList, snapshot: false, silent: true, tableName: "migration" },
    pool: { min: 0, max: 2 },
    driverOptions: { connectionTimeoutMillis },
  });
  try {
    const guard = await (await orm.em.getConnection().getNativeClient()).connect();
    try {
      await guard.query("select pg_advisory_lock(hashtext('lacio.migrate'))");
      const done = await run(orm);
      if (done.length > 0) log.info({ migrations: done.map((one) => one.name) }, "migrated");
      const newer = await migrationsBeyond(guard, migrationsList);
      if (newer.length === 0) await grantTables(guard, tables);
      else log.warn({ newer }, "a newer version has migrated: what the running role may do stays as that version set it");
    } finally {
      guard.release(true);
    }
  } finally {
    await orm.close(true);
  }
}

const known = ({ migrations }: Pick<DatabaseParts, "migrations">): MigrationObject[] => [
  { name: "00000000000000-chassis", class: ChassisTables },
  { name: "00000000000001-jobs", class: JobTable },
  ...migrations,
];

/** Asks as the running role for the migrations that this code knows. @throws naming the first that has not been run; what PostgreSQL throws */
export async function askMigrations(pool: pg.Pool, parts: Pick<DatabaseParts, "migrations">): Promise<void> {
  const { rows } = await pool.query<{ name: string }>("select name from migration").catch((error: { code?: string }) => {
    if (error.code === "42P01") return { rows: [] }; // undefined_table: nothing has ever migrated here
    throw error;
  });
  const missing = known(parts).find(({ name }) => !rows.some((row) => row.name === name));
  if (missing) throw new Error(`migration ${missing.name} is not there yet`);
}

async function run({ migrator }: MikroORM) {
  let current = "the table of migrations";
  migrator.on("migrating", ({ name }) => void (current = name));
  try {
    return await migrator.up();
  } catch (error) {
    if (isOutage(error)) throw error;
    let inner = error as Error;
    while (inner.cause instanceof Error) inner = inner.cause;
    throw new Error(`migration ${current} failed: ${inner.message}`, { cause: error });
  }
}

/** What a rollback, or an old pod that restarts during a roll-out, finds: its own grants would take the new tables from newer replicas. */
async function migrationsBeyond(owner: pg.ClientBase, list: MigrationObject[]): Promise<string[]> {
  const names = list.map(({ name }) => name);
  const { rows } = await owner.query<{ name: string }>("select name from migration where name <> all ($1) order by id", [names]);
  return rows.map(({ name }) => name);
}
