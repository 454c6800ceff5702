import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { chassisConfig, readConfig } from "@lacio/chassis/config";
import { openDatabase, type Database } from "@lacio/chassis/db";
import { createLog } from "@lacio/chassis/log";
import { permissions } from "@lacio/permissions/table";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { sharedSystem } from "@lacio/testkit/testing";
import pg from "pg";
import type { App } from "../app.ts";
import { database } from "../db/index.ts";
import { forgetSessions } from "./forget-sessions.ts";

const system = sharedSystem();
let db: Database;
let owner: pg.Client;
const accountId = crypto.randomUUID();

beforeAll(async () => {
  const { url, ownerUrl } = await createDatabase(system.urls.postgres!, "auth_forget_sessions_test");
  const config = readConfig((env) => chassisConfig(env, "auth"), {
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
    NATS_URL: system.urls.nats,
  });
  db = await openDatabase(config, database, createLog("auth", "error"));
  await db.migrate(permissions.auth.tables);
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await db.sql(
    "insert into account (id, email, role, name, phone, locale, created_at) values ($1, 'luz@example.com', 'CLIENT', 'Luz', '', 'es', now())",
    [accountId],
  );
});
afterAll(async () => {
  await owner?.end();
  await db?.close();
});

const left = async (table: string) => (await db.sql<{ name: string }>(`select name from ${table} order by name`)).map(({ name }) => name);

test("sessions and their tokens are deleted after the retention period, not before", async () => {
  await owner.query("alter table session add column name text");
  const sessions: [name: string, expires: string, revoked: string | null][] = [
    ["open", "1 day", null],
    ["just expired", "-6 days -23 hours", null],
    ["long expired", "-7 days -1 hour", null],
    ["revoked a while ago", "1 day", "-89 days -23 hours"],
    ["revoked long ago", "1 day", "-90 days -1 hour"],
  ];
  for (const [name, expires, revoked] of sessions) {
    const [row] = await db.sql<{ id: string }>(
      `insert into session (id, account_id, user_agent, started_at, last_used_at, expires_at, revoked_at, name)
       values (gen_random_uuid(), $1, '', now(), now(), now() + $2::interval, now() + $3::interval, $4) returning id`,
      [accountId, expires, revoked, name],
    );
    await db.sql("insert into refresh_token (hash, session_id, created_at, used_at) values ($1, $2, now() - interval '1 year', now())", [
      Buffer.from(name),
      row!.id,
    ]);
  }
  await forgetSessions({ db, now: () => new Date() } as App);
  const kept = ["just expired", "open", "revoked a while ago"];
  expect(await left("session")).toEqual(kept);
  // Reuse detection needs every used token of a session that is kept, however old.
  expect(await left("(select convert_from(hash, 'UTF8') as name from refresh_token)")).toEqual(kept);
});

test("links are deleted 30 days after they expire, used or not", async () => {
  await owner.query("alter table link_token add column name text");
  const links: [name: string, expires: string, used: string | null][] = [
    ["fresh", "1 day", null],
    ["used long ago, not expired", "1 day", "-1 year"],
    ["expired", "-29 days -23 hours", null],
    ["long expired", "-30 days -1 hour", null],
    ["long expired and used", "-30 days -1 hour", "-31 days"],
  ];
  for (const [name, expires, used] of links)
    await db.sql(
      `insert into link_token (hash, account_id, purpose, expires_at, used_at, name)
       values ($1, $2, 'RESET_PASSWORD', now() + $3::interval, now() + $4::interval, $5)`,
      [Buffer.from(name), accountId, expires, used, name],
    );
  await forgetSessions({ db, now: () => new Date() } as App);
  expect(await left("link_token")).toEqual(["expired", "fresh", "used long ago, not expired"]);
});

test("an account is never deleted here, however old", async () => {
  await db.sql("update account set created_at = now() - interval '10 years'");
  await forgetSessions({ db, now: () => new Date() } as App);
  expect(await db.sql("select id from account")).toEqual([{ id: accountId }]);
});

test("a new address that nobody confirmed is forgotten after two days", async () => {
  const wish = (ago: string) =>
    db.sql("update account set new_email = 'nueva@example.com', new_email_asked_at = now() - $1::interval", [ago]);
  const waits = async () =>
    (await db.sql("select 1 from account where new_email is not null or new_email_asked_at is not null")).length > 0;
  await wish("47 hours");
  await forgetSessions({ db, now: () => new Date() } as App);
  expect(await waits()).toBe(true);
  await wish("49 hours");
  await forgetSessions({ db, now: () => new Date() } as App);
  expect(await waits()).toBe(false);
});
