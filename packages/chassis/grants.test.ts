import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { startPostgres } from "@lacio/testkit/infra/postgres";
import { Migration } from "@mikro-orm/migrations";
import pg from "pg";
import { chassisConfig, Env, type ChassisConfig } from "./config.ts";
import { isOutage } from "./errors.ts";
import { createLog } from "./log.ts";
import { askMigrations, askOwner, migrate } from "./migrate.ts";
import type { Permissions } from "./permissions.ts";

class Tables extends Migration {
  override up(): void {
    this.addSql("create table kept (id int)");
    this.addSql("create table unlisted (id int)");
  }
}

class NewerTable extends Migration {
  override up(): void {
    this.addSql("create table newer (id int)");
  }
}

const older = [{ name: "tables", class: Tables }];
const newer = [...older, { name: "tables-newer", class: NewerTable }];

const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-grants-"));
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let config: ChassisConfig;
let owner: pg.Client;
let running: pg.Client;

beforeAll(async () => {
  postgres = await startPostgres({ dir, fsync: false });
  const { url, ownerUrl } = await createDatabase(postgres.url, "granted");
  config = chassisConfig(new Env({ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, NATS_URL: "nats://127.0.0.1" }), "granted");
  [owner, running] = [new pg.Client(ownerUrl), new pg.Client(url)];
  await Promise.all([owner.connect(), running.connect()]);
});
afterAll(async () => {
  await Promise.all([owner?.end(), running?.end()]);
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => migrated({ kept: ["select", "insert"] }));

const migrated = (tables: Permissions["tables"], migrations = older, log = createLog("granted", "silent")) =>
  migrate(config, { entities: [], migrations }, tables, log);

async function granted(table: string): Promise<string[]> {
  const verbs = ["select", "insert", "update", "delete", "truncate", "references", "trigger"];
  const { rows } = await running.query<{ verb: string }>(
    "select verb from unnest($2::text[]) as verb where has_table_privilege($1, verb) or verb = 'update' and has_any_column_privilege($1, verb)",
    [table, verbs],
  );
  return rows.map(({ verb }) => verb);
}

test("the running role may do with a table what is listed; with the list of migrations read it, with one that is not listed nothing", async () => {
  expect(await granted("kept")).toEqual(["select", "insert"]);
  expect(await granted("unlisted")).toEqual([]);
  expect(await granted("migration")).toEqual(["select"]);
});

test("a migration takes back what was granted by hand, to the role or to everybody, and what is listed no more", async () => {
  await owner.query(
    "grant all on kept to granted_running; grant update (id) on unlisted to granted_running; grant all on unlisted to public",
  );
  await migrated({ kept: ["select"] });
  expect(await granted("kept")).toEqual(["select"]);
  expect(await granted("unlisted")).toEqual([]);
});

test("a table that is listed and does not exist is an error, and all rights stay as they were", async () => {
  await expect(migrated({ kept: ["delete"], missing: ["select"] })).rejects.toThrow('relation "missing" does not exist');
  expect(await granted("kept")).toEqual(["select", "insert"]);
});

test("while rights are set anew, no statement of a replica at work is refused", async () => {
  let over = false;
  const migrating = (async () => {
    for (let times = 0; times < 10; times++) await migrated({ kept: ["select", "insert"] });
  })().finally(() => (over = true));
  for (let done = 0; !over || done === 0; done++) await running.query("insert into kept select count(*) from kept");
  await migrating;
});

test("a replica knows which of its migrations is not there yet", async () => {
  const asked = (migrations: typeof older) => askMigrations(running as unknown as pg.Pool, { migrations });
  await asked(older);
  await expect(asked(newer)).rejects.toThrow("migration tables-newer is not there yet");
  await owner.query("alter table migration rename to elsewhere");
  await expect(asked(older)).rejects.toThrow("migration 00000000000000-chassis is not there yet");
  await owner.query("alter table elsewhere rename to migration");
});

test("a server that accepts and stays silent is an outage to a process that migrates", async () => {
  const silent = net.createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const migrationDatabaseUrl = `postgres://me:mine@127.0.0.1:${(silent.address() as net.AddressInfo).port}/granted`;
  const log = createLog("granted", "silent");
  const asked = [askOwner(migrationDatabaseUrl), migrate({ migrationDatabaseUrl }, { entities: [], migrations: [] }, {}, log)];
  const met = await Promise.all(asked.map((one) => one.then(() => "an answer", isOutage)));
  silent.close();
  expect(met).toEqual([true, true]);
});

// The last test: from here on the other list is the older one.
test("an older version that migrates again leaves what a newer one granted, and says so", async () => {
  await migrated({ kept: ["select"], newer: ["select", "insert"] }, newer);
  const warnings: unknown[] = [];
  const log = createLog("granted", "silent");
  log.warn = (details: unknown) => void warnings.push(details);
  await migrated({ kept: ["select", "insert"] }, older, log);
  expect(await granted("newer")).toEqual(["select", "insert"]);
  expect(await granted("kept")).toEqual(["select"]);
  expect(warnings).toEqual([{ newer: ["tables-newer"] }]);
  await migrated({ kept: ["select"], newer: ["select"] }, newer);
  expect(await granted("newer")).toEqual(["select"]);
});
