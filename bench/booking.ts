import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { startSystem, type System } from "@lacio/testkit/system";
import { sql, until } from "@lacio/testkit/testing";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import { openAroundTheClock, serviceId, staffId } from "./availability/salon.ts";
import { bareBookings } from "./booking/bare.ts";
import { openClients } from "./booking/clients.ts";
import { cpuPerCall } from "./cpu.ts";
import { caller, interleaved, load, median, ratio, total } from "./load.ts";
import type { Figure, Result } from "./report.ts";

const rounds = 5;
const inFlight = 16;
const stylists = 20;

// As in a cluster: the process that answers calls runs no consumers and no timers.
const rpcOnly = { LACIO_ROLES: "migrate,rpc" };
const everything = { LACIO_ROLES: "rpc,events,timers" };

/** CreateBooking for distinct slots, compared with one statement that writes the same rows, on the same server. */
export async function booking(): Promise<Result> {
  const clients = await openClients();
  const system = await startSystem({
    services: ["availability", "booking"],
    edge: false,
    stripe: false,
    lean: false,
    serviceEnv: { booking: { ...rpcOnly, JWKS_URL: clients.jwksUrl, AUTH_URL: clients.authUrl }, availability: rpcOnly },
  });
  const bare = await bareBookings(system.urls.postgres!, inFlight);
  try {
    await openAroundTheClock(system.databaseUrls.availability!, stylists);
    const book = bookingCalls(system, clients);
    await load(inFlight, 2, book.next);
    await bare.byNode(0.5);
    const pgbench = (await bare.byPgbench(1)) !== undefined;

    const { postgres } = services(system);
    const { service, node, limit } = await interleaved(rounds, {
      service: () => measured(services(system), () => load(inFlight, 1.2, book.next)),
      node: () => measured({ pg: process.pid, postgres }, () => bare.byNode(1)),
      limit: () => measured({ postgres }, async () => (pgbench ? bare.byPgbench(1) : bare.byNode(1)).then((done) => done!)),
    });
    await assertBooked(system, book.made());
    const events = await withEvents(system, book);

    const { rate, ...cpu } = service;
    const { rate: nodeRate, ...nodeCpu } = node;
    const figures: Figure[] = [
      { what: "CreateBooking", value: median(rate!), unit: "/s" },
      { what: "the statement alone, through node pg", value: median(nodeRate!), unit: "/s" },
      { what: `the statement alone, through ${pgbench ? "pgbench" : "node pg"}`, value: median(limit.rate!), unit: "/s" },
      { what: "rate, CreateBooking / statement alone", value: ratio(rate!, limit.rate!), unit: "x", atLeast: 0.35 },
      ...Object.entries(cpu).map(([name, values]) => ({ what: `CPU of ${name}`, value: median(values), unit: "ms/call" })),
      { what: "CPU of all three with the events that follow", value: events, unit: "ms/call" },
      { what: "CPU of the statement alone (PostgreSQL)", value: median(limit.postgres!), unit: "ms/call" },
      { what: "CPU, CreateBooking / statement through node pg", value: ratio(total(cpu), total(nodeCpu)), unit: "x" },
    ];
    return { bench: "booking", figures, notes: pgbench ? [] : ["There is no pgbench on this machine: node pg stands in for it."] };
  } finally {
    await bare.stop();
    await system.stop();
    await clients.stop();
  }
}

const services = (system: System) => ({
  booking: system.process("booking").pid,
  availability: system.process("availability").pid,
  postgres: system.process("postgres").pid,
});

/** The same with relay and consumers running, until availability has handled every booking's event. */
async function withEvents(system: System, book: ReturnType<typeof bookingCalls>): Promise<number> {
  for (const name of ["booking", "availability"]) await system.process(name).restart(everything);
  await book.settled();
  const cpu = await cpuPerCall(services(system), async () => {
    const { calls } = await load(inFlight, 2, book.next);
    await book.settled();
    return calls;
  });
  return Object.values(cpu).reduce((sum, value) => sum + value);
}

async function measured(processes: Record<string, number>, work: () => Promise<{ calls: number; rate: number }>) {
  let rate = 0;
  const cpu = await cpuPerCall(processes, async () => {
    const done = await work();
    rate = done.rate;
    return done.calls;
  });
  return { ...cpu, rate };
}

/** Each call books the next free hour. */
function bookingCalls(system: System, clients: Awaited<ReturnType<typeof openClients>>) {
  const client = caller(BookingService, system.urls.booking!);
  const first = Math.ceil(Date.now() / 3_600_000) + 24;
  let n = 0;
  return {
    made: () => n,
    async next() {
      const mine = n++;
      const desiredStart = timestampFromDate(new Date((first + Math.floor(mine / stylists)) * 3_600_000));
      const headers = { authorization: `Bearer ${await clients.token(mine)}` };
      return client.createBooking({ serviceId, desiredStart, staffId: staffId(mine % stylists) }, { headers });
    },
    /** Waits until availability has handled all events: they are part of a booking's cost. */
    settled: () =>
      until(async () => (await sql<{ count: string }>(system, "availability", "select count(*) from booking_seen"))[0]!.count === `${n}`, {
        timeoutMs: 60_000,
      }),
  };
}

async function assertBooked(system: System, made: number): Promise<void> {
  const [row] = await sql<{ bookings: string; parts: string }>(
    system,
    "booking",
    "select (select count(*) from booking) as bookings, (select count(*) from occupancy) as parts",
  );
  if (row!.bookings !== `${made}` || row!.parts !== `${made}`)
    throw new Error(`${made} bookings were answered; the table has ${row!.bookings}`);
}
