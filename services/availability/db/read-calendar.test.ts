import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { chassisConfig, Env } from "@lacio/chassis/config";
import { openDatabase, type Database } from "@lacio/chassis/db";
import { createLog } from "@lacio/chassis/log";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { createDatabase } from "@lacio/testkit/infra/databases";
import { startPostgres } from "@lacio/testkit/infra/postgres";
import pg from "pg";
import { localDays } from "../domain/local-days.ts";
import { database } from "./index.ts";
import { calendarParams, calendarStatement, readCalendar } from "./read-calendar.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-calendar-"));
const serviceId = "01990000-0000-7000-8000-000000000001";
const stylists = 20;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let db: Database;
let owner: pg.Client;

// 2027-03-01 in Bogotá: the past bookings lie before it, a busy week after it.
const days = localDays("America/Bogota", 20_878, 20_884);

beforeAll(async () => {
  postgres = await startPostgres({ dir, fsync: false });
  const { url, ownerUrl } = await createDatabase(postgres.url, "availability");
  const config = chassisConfig(
    new Env({
      DATABASE_URL: url,
      MIGRATION_DATABASE_URL: ownerUrl,
      NATS_URL: "nats://127.0.0.1",
      DB_STATEMENT_TIMEOUT_MS: "120000",
      DB_POOL_MAX: "1",
    }),
    "availability",
  );
  db = await openDatabase(config, database, createLog("test", "silent"));
  await db.migrate(permissions.availability.tables);
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await db.sql("insert into salon_service values ($1, 'Alisado', 'COP', 18000000, 19, $2, 10, '{}', true, 1)", [
    serviceId,
    JSON.stringify([{ name: "Alisado", minutes: 60, busy: true }]),
  ]);
  await db.sql("insert into stylist select gen_random_uuid(), 'Estilista ' || n, true, '{}', 1 from generate_series(1, $1) n", [stylists]);
  await db.sql("insert into schedule select id, $1, 1 from stylist", [
    JSON.stringify(
      [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: 540, end: 1080, everyWeeks: 1, validFrom: null, validUntil: null })),
    ),
  ]);
  await fill(days.from, 6 * 7 * stylists);
});

afterAll(async () => {
  await owner?.end();
  await db?.close();
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});

// One-hour bookings from this minute on, six a day for every stylist.
const fill = (from: number, count: number) =>
  db.sql(
    `insert into busy (booking_id, staff_id, start_minute, end_minute)
     select gen_random_uuid(), id, at, at + 60 from (select id, row_number() over () as nth from stylist) s
     cross join lateral (select $1::int + (n / 6) * 1440 + (n % 6) * 90 as at from generate_series(0, $2::int - 1) n) part`,
    [from, Math.ceil(count / stylists)],
  );

// Bulk load: building an index over existing rows costs a tenth of maintaining it row by row.
async function withoutIndexes(work: () => Promise<unknown>) {
  const indexes = await db.sql<{ name: string; definition: string }>(
    "select indexname as name, indexdef as definition from pg_indexes where tablename = 'busy'",
  );
  for (const { name } of indexes) await owner.query(`drop index ${name}`);
  await work();
  for (const { definition } of indexes) await owner.query(definition);
}

// The buffers that the prepared statement touches, with the generic plan, as in production.
async function buffers(): Promise<number> {
  await owner.query("vacuum analyze busy");
  await db.sql("set plan_cache_mode = force_generic_plan");
  await db.sql(`prepare plan_of_calendar (uuid, int, int, uuid, uuid, uuid) as ${calendarStatement}`);
  const params = calendarParams({ serviceId, days }).map((param) => (typeof param === "string" ? `'${param}'` : String(param)));
  const plans = await db.sql<{ "QUERY PLAN": { Plan: Record<string, number> }[] }>(
    `explain (analyze, buffers, format json) execute plan_of_calendar (${params.join(", ")})`,
  );
  await db.sql("deallocate plan_of_calendar");
  const { Plan } = plans[0]!["QUERY PLAN"][0]!;
  return Plan["Shared Hit Blocks"]! + Plan["Shared Read Blocks"]!;
}

test("the cost of a search does not grow with past bookings: ten thousand or a million", async () => {
  await fill(days.from - 100 * 1440, 10_000);
  await buffers(); // warm-up: the first execution also reads the system catalogue
  const few = await buffers();
  await withoutIndexes(() => fill(days.from - 9_000 * 1440, 990_000));
  await buffers();
  const many = await buffers();
  // A hundred times the rows make the B-tree one level deeper: one more page for each stylist.
  expect(many - few).toBeLessThanOrEqual(stylists);
});

test("the statement gives the service and every stylist with hours and busy times", async () => {
  const calendar = await readCalendar(db, { serviceId, days });
  expect(calendar!.service).toMatchObject({ name: "Alisado", price: { currencyCode: "COP", minorUnits: 18_000_000 }, bufferMinutes: 10 });
  expect(calendar!.stylists).toHaveLength(stylists);
  for (const { skilled, shifts, busy } of calendar!.stylists)
    expect([skilled, shifts.length, busy.length >= 2 * 6 * 7]).toEqual([true, 5, true]);
  expect(await readCalendar(db, { serviceId: "01990000-0000-7000-8000-000000000009", days })).toBeUndefined();
});

test("what reaches into the days from before them is busy too, even the longest visit, and what a visit may run into after them", async () => {
  const staffId = (await db.sql<{ id: string }>("select id from stylist order by name limit 1"))[0]!.id;
  const before = [days.from - 839, days.from + 1];
  const after = [days.until + 1_400, days.until + 1_440];
  for (const [start, end] of [before, after]) {
    await db.sql("insert into busy values (gen_random_uuid(), $1, $2, $3)", [staffId, start, end]);
    await db.sql("insert into time_off values (gen_random_uuid(), $1, $2, $3, false)", [staffId, start, end]);
  }
  await db.sql("insert into time_off values (gen_random_uuid(), $1, $2, $3, true)", [staffId, days.from, days.until]);
  const [stylist] = (await readCalendar(db, { serviceId, days, staffId }))!.stylists;
  expect([stylist!.busy.slice(0, 2), stylist!.busy.slice(-2), stylist!.timeOff]).toEqual([before, after, [...before, ...after]]);
});
