import pg from "pg";

export const zone = "America/Bogota";
export const serviceId = "019c0000-0000-7000-8000-000000000001";
const skillId = "019c0000-0000-7000-8000-000000000002";
export const staffId = (n: number) => `019c0000-0000-7000-9000-${String(n).padStart(12, "0")}`;

/**
 * Writes a busy salon directly into availability's projection: two shifts a day, some time off, and 70 % of the next month sold in visits of
 * 30 to 90 minutes. Deterministic: the same at every run.
 */
export async function fillCalendar(pool: pg.Pool, stylists: number): Promise<void> {
  const shifts: [number, number][] = [
    [540, 780],
    [840, 1140],
  ];
  await hire(pool, stylists, shifts, 10);
  const random = randomNumbers(7);
  const today = Math.floor(Date.now() / 86_400_000);
  const busy: [string, number, number][] = [];
  for (let n = 0; n < stylists; n++) {
    const id = staffId(n);
    if (n % 4 === 0)
      await pool.query("insert into time_off values (gen_random_uuid(), $1, $2, $3, false)", [id, (today + 9) * 1440, (today + 12) * 1440]);
    for (let day = today; day < today + 30; day++) busy.push(...soldOn(day, id, shifts, random));
  }
  await insertBusy(pool, busy);
  await pool.query("vacuum analyze");
}

/** A salon that is open around the clock, without bookings. */
export async function openAroundTheClock(databaseUrl: string, stylists: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  await hire(pool, stylists, [[0, 1440]], 0);
  await pool.end();
}

async function hire(pool: pg.Pool, stylists: number, hours: [number, number][], bufferMinutes: number): Promise<void> {
  const phases = JSON.stringify([{ name: "Alisado", minutes: 60, busy: true }]);
  const service = [serviceId, phases, bufferMinutes, [skillId]];
  await pool.query("insert into salon_service values ($1, 'Alisado', 'COP', 12000000, 19, $2, $3, $4, true, 1)", service);
  const shifts = [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) =>
    hours.map(([start, end]) => ({ weekday, start, end, everyWeeks: 1, validFrom: null, validUntil: null })),
  );
  for (let n = 0; n < stylists; n++) {
    await pool.query("insert into stylist values ($1, $2, true, $3, 1)", [staffId(n), `Estilista ${n}`, [skillId]]);
    await pool.query("insert into schedule values ($1, $2, 1)", [staffId(n), JSON.stringify(shifts)]);
  }
}

/** Fills up to `wanted` bookings in the past, spread over the stylists. */
export async function pastBookings(pool: pg.Pool, wanted: number): Promise<void> {
  await pool.query(
    `insert into busy select gen_random_uuid(), staff.id, at, at + 60
     from generate_series((select count(*) from busy where start_minute < $2), $1 - 1) n
       cross join lateral (select id from stylist order by id offset n % (select count(*) from stylist) limit 1) staff
       cross join lateral (select ($2 - 1440 - n / 20 * 75)::int as at) past`,
    [wanted, Math.floor(Date.now() / 86_400_000) * 1440],
  );
  await pool.query("vacuum analyze");
}

// Each shift is filled from its start with visits and gaps: 70 % of the time is sold.
function soldOn(day: number, id: string, shifts: [number, number][], random: () => number): [string, number, number][] {
  const midnight = day * 1440 + 300; // Bogotá is UTC-5
  const sold: [string, number, number][] = [];
  for (const [start, end] of shifts) {
    for (let at = start; at < end;) {
      const minutes = 15 * Math.ceil(random() * 6);
      if (random() < 0.7 && at + minutes <= end) sold.push([id, midnight + at, midnight + at + minutes]);
      at += minutes;
    }
  }
  return sold;
}

async function insertBusy(pool: pg.Pool, busy: [string, number, number][]): Promise<void> {
  await pool.query("insert into busy select gen_random_uuid(), * from unnest($1::uuid[], $2::int[], $3::int[])", [
    busy.map(([id]) => id),
    busy.map(([, start]) => start),
    busy.map(([, , end]) => end),
  ]);
}

/** The mulberry32 generator, for reproducible numbers. */
function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
