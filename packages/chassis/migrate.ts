import { Migrator, type Migration } from "@mikro-orm/migrations";
import { MikroORM, type Constructor, type EntityClass, type MigrationObject } from "@mikro-orm/postgresql";
import type { ChassisConfig } from "./config.ts";
import type { Refusal } from "./errors.ts";
import type { Log } from "./log.ts";
import { ChassisTables, JobTable } from "./tables.ts";

export type DatabaseParts = {
  entities: EntityClass<object>[];
  migrations: { name: string; class: Constructor<Migration> }[];
  /** What the violation of a named constraint means to the caller. */
  refusals?: Record<string, () => Refusal>;
};

/** One migrator at a time: replicas that start together wait for each other here. */
export async function migrate(config: ChassisConfig, parts: DatabaseParts, log: Log): Promise<void> {
  const migrationsList: MigrationObject[] = [
    { name: "00000000000000-chassis", class: ChassisTables },
    { name: "00000000000001-jobs", class: JobTable },
    ...parts.migrations,
  ];
  const orm = await MikroORM.init({
    clientUrl: config.databaseUrl,
    ensureDatabase: false, // whoever owns the server makes its databases
    entities: parts.entities,
    extensions: [Migrator],
    discovery: { warnWhenNoEntities: false },
    migrations: { migrationsList, snapshot: false, silent: true, tableName: "migration" },
    pool: { min: 0, max: 2 },
  });
  try {
    const guard = await (await orm.em.getConnection().getNativeClient()).connect();
    try {
      await guard.query("select pg_advisory_lock(hashtext('lacio.migrate'))");
      const done = await orm.migrator.up();
      if (done.length > 0) log.info({ migrations: done.map((one) => one.name) }, "migrated");
    } finally {
      guard.release(true);
    }
  } finally {
    await orm.close(true);
  }
}
