import { startSystem, type System } from "@lacio/testkit/system";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import pg from "pg";
import { calendarParams, calendarStatement, toCalendar, type CalendarRow } from "../services/availability/db/read-calendar.ts";
import { freeSlots } from "../services/availability/domain/free-slots.ts";
import { localDays, parseDay } from "../services/availability/domain/local-days.ts";
import { fillCalendar, pastBookings, serviceId, zone } from "./availability/salon.ts";
import { cpuPerCall } from "./cpu.ts";
import { caller, interleaved, load, median, ratio, total } from "./load.ts";
import type { Figure, Result } from "./report.ts";

const rounds = 5;
const inFlight = 8;
const stylists = 20;

/** GetAvailability over Connect, compared with its one SQL statement, run alone as a prepared statement. */
export async function availability(): Promise<Result> {
  const system = await startSystem({ services: ["auth", "availability"], edge: false, stripe: false, lean: false });
  const pool = new pg.Pool({ connectionString: system.databaseUrls.availability, max: inFlight });
  try {
    await fillCalendar(pool, stylists);
    const figures = [...(await measure(system, pool, 1)), ...(await measure(system, pool, 7))];
    const few = await buffers(pool, 10_000);
    const many = await buffers(pool, 1_000_000);
    figures.push({ what: "buffers of 7 days with 10 thousand past rows", value: few, unit: "pages" });
    // The B-tree over a million rows is one level deeper: one more page per stylist.
    figures.push({ what: "the same with a million, times that", value: many / few, unit: "x", atMost: 1.25 });
    return { bench: "availability", figures };
  } finally {
    await pool.end();
    await system.stop();
  }
}

async function measure(system: System, pool: pg.Pool, days: number): Promise<Figure[]> {
  const client = caller(AvailabilityService, system.urls.availability!);
  const first = Temporal.Now.plainDateISO(zone).add({ days: 3 });
  const last = first.add({ days: days - 1 });
  const request = { serviceId, date: first.toString(), toDate: last.toString() };
  const asked = localDays(zone, parseDay(request.date)!, parseDay(request.toDate)!);
  const statement = { name: "calendar", text: calendarStatement, values: calendarParams({ serviceId, days: asked }) };

  const { rows } = await pool.query<CalendarRow>(statement);
  const expected = freeSlots(toCalendar(rows)!, asked, { gridMinutes: 15, after: 0, firstDay: 0, lastDay: asked.lastDay }).map(
    ({ start, staffId }) => `${start} ${staffId}`,
  );
  const { slots } = await client.getAvailability(request);
  const answered = slots.map(({ start, staffId }) => `${Number(start!.seconds) / 60} ${staffId}`);
  if (answered.length === 0 || answered.join() !== expected.join()) throw new Error("the service's answer is not the computed one");

  const postgres = system.process("postgres").pid;
  const call = () => client.getAvailability(request);
  const query = () => pool.query(statement);
  await load(inFlight, 1, call);
  await load(inFlight, 0.5, query);
  const { rpc, bare } = await interleaved(rounds, {
    rpc: () => cpuPerCall({ service: system.process("availability").pid, postgres }, async () => (await load(inFlight, 0.8, call)).calls),
    bare: () => cpuPerCall({ pg: process.pid, postgres }, async () => (await load(inFlight, 0.5, query)).calls),
  });
  const name = days === 1 ? "1 day" : `${days} days`;
  return [
    { what: `${name}, ${answered.length} slots: CPU of the service`, value: median(rpc.service!), unit: "ms/call" },
    { what: `${name}: CPU of PostgreSQL for it`, value: median(rpc.postgres!), unit: "ms/call" },
    { what: `${name}: CPU of the statement alone (pg + PostgreSQL)`, value: median(total(bare)), unit: "ms/call" },
    { what: `${name}: CPU, call / statement`, value: ratio(total(rpc), total(bare)), unit: "x", atMost: 2 },
  ];
}

async function buffers(pool: pg.Pool, past: number): Promise<number> {
  await pastBookings(pool, past);
  const first = parseDay(Temporal.Now.plainDateISO(zone).add({ days: 3 }).toString())!;
  const params = calendarParams({ serviceId, days: localDays(zone, first, first + 6) });
  const explain = `explain (analyze, buffers, format json) ${calendarStatement}`;
  await pool.query(explain, params); // warm-up: sets hint bits and loads the system catalogue
  const { rows } = await pool.query<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>(explain, params);
  const { Plan } = rows[0]!["QUERY PLAN"][0];
  return Plan["Shared Hit Blocks"]! + Plan["Shared Read Blocks"]!;
}
