import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { chassisConfig, Env } from "@lacio/chassis/config";
import type { DatabaseParts } from "@lacio/chassis/db";
import { chassisTables } from "@lacio/chassis/grants";
import { createLog } from "@lacio/chassis/log";
import { migrate } from "@lacio/chassis/migrate";
import type { Permissions } from "@lacio/chassis/permissions";
import { createDatabase, type DatabaseUrls } from "@lacio/testkit/infra/databases";
import { startPostgres } from "@lacio/testkit/infra/postgres";
import { at } from "@lacio/testkit/infra/postgres-client";
import pg from "pg";
import { permissions, type ServiceName } from "./table.ts";

// Each running role and each owner is asked what it may do, on all nine migrated databases of one server, and then it tries.
const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-permissions-"));
const services = Object.keys(permissions) as ServiceName[];
const urls = {} as Record<ServiceName, DatabaseUrls>;
let postgres: Awaited<ReturnType<typeof startPostgres>>;

beforeAll(async () => {
  postgres = await startPostgres({ dir, fsync: false });
  for (const name of services) {
    urls[name] = await createDatabase(postgres.url, name);
    const env = { DATABASE_URL: urls[name].url, MIGRATION_DATABASE_URL: urls[name].ownerUrl, NATS_URL: "nats://127.0.0.1:1" };
    const { database } = (await import(`../../services/${name}/db/index.ts`)) as { database: DatabaseParts };
    await migrate(chassisConfig(new Env(env), name), database, permissions[name].tables, createLog(name, "silent"));
  }
});
afterAll(async () => {
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const listedFor = (name: ServiceName): Permissions["tables"] => ({ ...chassisTables, ...permissions[name].tables });

test.each(services)("%s has the tables that are listed", async (name) => {
  const found = await connected(urls[name].ownerUrl, (owner) => tablesOf(owner));
  expect(found).toEqual(Object.keys(listedFor(name)).sort());
});

test.each(services)("the running role of %s can do with each table what is listed, and nothing else", async (name) => {
  const listed = listedFor(name);
  await connected(urls[name].url, async (running) => {
    for (const table of await tablesOf(running)) {
      const wanted = Object.keys(attempts).filter((verb) => (listed[table] as readonly string[] | undefined)?.includes(verb));
      const { rows } = await running.query<{ verb: string }>(
        "select verb from unnest($2::text[]) as verb where has_table_privilege($1, verb) or verb <> all($3) and has_any_column_privilege($1, verb)",
        [`public.${table}`, Object.keys(attempts), ["delete", "truncate", "trigger", "maintain"]],
      );
      expect([table, "is granted", ...rows.map(({ verb }) => verb)]).toEqual([table, "is granted", ...wanted]);
      const column = await firstColumn(running, table);
      const done: string[] = [];
      for (const [verb, attempt] of Object.entries(attempts)) if (!(await isRefused(running, attempt(table, column)))) done.push(verb);
      expect([table, "is done", ...done]).toEqual([table, "is done", ...wanted]);
    }
  });
});

// An error other than a missing right, as of a column without default, comes after the right was found.
const attempts: Record<string, (table: string, column: string) => string> = {
  select: (table) => `select from ${table}`,
  insert: (table) => `insert into ${table} default values`,
  update: (table, column) => `update ${table} set ${column} = default`,
  delete: (table) => `delete from ${table}`,
  truncate: (table) => `truncate ${table} cascade`,
  references: (table, column) => `create table mine (it int references ${table} (${column}))`,
  trigger: (table) => `create trigger mine before insert on ${table} execute function suppress_redundant_updates_trigger()`,
  maintain: (table) => `cluster ${table} using ${table}_pkey`,
};

test("nobody connects to a database but its own two roles", async () => {
  const roles = services.flatMap((name) => [urls[name].url, urls[name].ownerUrl].map((url) => ({ name, url })));
  for (const { name, url } of roles) {
    const databases = [...services, "postgres", "template1"];
    const open = await Promise.all(databases.map(async (database) => (await isClosed(at(url, { database }))) || database));
    expect([new URL(url).username, ...open.filter((database) => database !== true)]).toEqual([new URL(url).username, name]);
  }
});

test.each(services)("the running role of %s makes, changes and drops nothing, and becomes nobody else", async (name) => {
  const [table] = Object.keys(permissions[name].tables);
  await connected(urls[name].url, async (running) => {
    const done: string[] = [];
    for (const attempt of forbidden(name, table!)) if (!(await isRefused(running, attempt))) done.push(attempt);
    expect(done).toEqual([]);
  });
});

const forbidden = (name: string, table: string): string[] => [
  "create table mine (id int)",
  "create temporary table mine (id int)",
  "create view mine as select 1",
  "create sequence mine",
  "create type mine as enum ('it')",
  "create function mine() returns int language sql as 'select 1'",
  "create schema mine",
  "create extension pg_trgm",
  "create database mine",
  "create role mine",
  "create publication mine",
  "select lo_create(0)",
  "select lo_from_bytea(0, '')",
  `create index mine on ${table} ((1))`,
  `alter table ${table} add column mine int`,
  `alter table ${table} disable trigger all`,
  `alter table ${table} owner to current_user`,
  `alter table migration disable trigger all`,
  `alter database ${name} set work_mem = '1GB'`,
  `alter role ${name}_owner password 'mine'`,
  `alter role ${name}_running login`,
  `drop table ${table}`,
  `drop database ${name}`,
  `drop owned by ${name}_owner`,
  `set role ${name}_owner`,
  `set session authorization ${name}_owner`,
  "set session_replication_role = replica",
  `copy ${table} to '/tmp/mine'`,
  `copy ${table} from program 'true'`,
  "select pg_read_file('PG_VERSION')",
  "select count(*) from pg_authid",
];

test("the ledger's laws can't be switched off by the role that writes it", async () => {
  await connected(urls.payments.url, async (running) => {
    for (const trigger of ["all", "user", "ledger_append_only", "ledger_no_truncate", "ledger_balance"])
      expect([trigger, await isRefused(running, `alter table ledger_entry disable trigger ${trigger}`)]).toEqual([trigger, true]);
    expect(await isRefused(running, "create or replace function ledger_refuse() returns trigger language plpgsql as 'begin end'")).toBe(
      true,
    );
    expect(await isRefused(running, "drop trigger ledger_append_only on ledger_entry")).toBe(true);
  });
});

test("an owner is no superuser: it makes neither roles nor databases, and reads no files", async () => {
  await connected(urls.payments.ownerUrl, async (owner) => {
    for (const attempt of ["create role mine", "create database mine", "set role booking_owner", "select pg_read_file('PG_VERSION')"])
      expect([attempt, await isRefused(owner, attempt)]).toEqual([attempt, true]);
  });
});

/** Whether the role may not do this; nothing of it stays, but of what no transaction can hold. */
async function isRefused(client: pg.Client, attempt: string): Promise<boolean> {
  if (!/^(create|drop) database/.test(attempt)) await client.query("begin");
  const code = await client.query(attempt).then(
    () => "",
    (error: { code: string }) => error.code,
  );
  await client.query("rollback");
  return code === "42501"; // insufficient_privilege
}

async function isClosed(url: string): Promise<boolean> {
  return connected(url, () => Promise.resolve(false)).catch((error: { code: string }) => error.code === "42501");
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  const text = "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')";
  return (await client.query<{ name: string }>(text)).rows.map(({ name }) => name).sort();
}

async function firstColumn(client: pg.Client, table: string): Promise<string> {
  const text = "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum limit 1";
  return (await client.query<{ name: string }>(text, [`public.${table}`])).rows[0]!.name;
}

async function connected<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
