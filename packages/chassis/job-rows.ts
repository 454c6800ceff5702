import { currentTrail, type Trail } from "./trail.ts";

// Every statement about the table `job`. All times are the application's: tests move its clock.

/** Work that is owed from `at` on. One row per kind and key: asking again moves it, and begins its tries anew. */
export type Wanted = { kind: string; key: string; at: Date };

/** A job in hand. `claim` is the fencing token: with another one in the row, the job is somebody else's. */
export type Claimed = {
  kind: string;
  key: string;
  claim: string;
  tries: number;
  failures: number;
  /** How often a process died over it, or lost its lease; `died`: just now, too. */
  deaths: number;
  died: boolean;
  trail: Trail | null;
  due_at: Date;
};

/** Inserts the five arrays of `jobColumns`; `first` is the number of the first parameter. */
export const jobInsert = (first = 1, where = "where true") =>
  `insert into job (kind, key, at, created_at, trail)
   select * from unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::timestamptz[], $${first + 3}::timestamptz[], $${first + 4}::jsonb[]) ${where}
   on conflict (kind, key) do update set at = excluded.at, trail = excluded.trail, claim = null, tries = 0, failures = 0, deaths = 0, error = null, dead_at = null`;

/** Sorted, so that two transactions which want the same jobs lock them in the same order. */
export function jobColumns(wanted: Wanted[], now: Date): unknown[][] {
  const last = new Map(wanted.map((job) => [`${job.kind} ${job.key}`, job]));
  const jobs = [...last.keys()].sort().map((name) => last.get(name)!);
  const trail = JSON.stringify(currentTrail());
  return [jobs.map(({ kind }) => kind), jobs.map(({ key }) => key), jobs.map(({ at }) => at), jobs.map(() => now), jobs.map(() => trail)];
}

/**
 * Takes what is due, of each kind ($1) at most so many ($2): $3 now, $4 the claim, $5 the lease of each kind in seconds. A row that still
 * has a claim is of a process that died over it; if it goes on killing its processes, it waits exponentially longer each time. Always
 * answers a row: its `next_at` is when something will be due, or a lease of another replica ends.
 */
export const claimDue = `
  with due as materialized (
    select job.*, free.lease from unnest($1::text[], $2::int[], $5::int[]) as free (kind, room, lease) cross join lateral (
      select kind, key, at, claim is not null as died from job
      where kind = free.kind and at <= $3 and dead_at is null order by at limit free.room for update skip locked) job
  ), taken as (
    update job set claim = $4, tries = tries + 1, deaths = deaths + died::int,
      at = $3::timestamptz + make_interval(secs => greatest(lease, least(power(2, least(deaths, 12)), 3600)))
    from due where job.kind = due.kind and job.key = due.key
    returning job.kind, job.key, job.claim, tries, failures, deaths, died, trail, due.at as due_at
  )
  select taken.*, next_at from (
    select min(at) as next_at from unnest($1::text[]) as asked (kind) cross join lateral (
      select min(at) as at from job where kind = asked.kind and dead_at is null and at > $3) soonest
  ) next left join taken on true`;

const mine = "kind = $1 and key = $2 and claim = $3";
export const mineOf = ({ kind, key, claim }: Claimed): string[] => [kind, key, claim];

/** Ends a job, with its effect in the same transaction. No row: it has been taken over, or asked for anew, meanwhile. */
export const endJob = `delete from job where ${mine} returning 1`;

/** Gives a job back with the cause $4, which counts as $5 failures, to be tried again at $6; a try that met an outage ($7 = 1) is none. */
export const giveBack = `update job set claim = null, error = $4, failures = failures + $5, at = $6, tries = tries - $7 where ${mine}`;

/** It has done its turn, and its next one is at $4. */
export const runAgain = `update job set claim = null, at = $4, tries = 0, failures = 0, deaths = 0, error = null where ${mine} returning 1`;

/** A dead letter: it is tried no more, and waits for a person, who finds the cause $4 with it. */
export const buryJob = `update job set claim = null, error = $4, failures = failures + $5, dead_at = $6 where ${mine} returning 1`;

/** Extends the leases of the jobs in hand ($1 kinds, $2 keys, $3 claims) to $4, each. Rows that are being ended are locked, and need none. */
export const extendLeases = `
  update job set at = greatest(job.at, held.until) from (
    select job.kind, job.key, until from job
      join unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[]) as held (kind, key, claim, until) using (kind, key, claim)
    for update of job skip locked) held
  where job.kind = held.kind and job.key = held.key`;

/** A periodic job: it exists from the first start on; a shorter period counts at once, and a start revives it. $2 now, $3 the next turn by the period. */
export const ensureRepeating = `
  insert into job (kind, key, at, created_at) values ($1, '', $2, $2)
  on conflict (kind, key) do update set at = least(job.at, $3), dead_at = null, deaths = 0 where job.claim is null`;

export type Overview = {
  kind: string;
  waiting: number;
  due: number;
  running: number;
  failing: number;
  dead: number;
  lagSeconds: number;
  /** Of the three that failed most often: key and cause. */
  errors: string[] | null;
};

/** All waiting and all stuck work at $1, a row per kind: what a person on call asks first. */
export const overview = `
  select kind, count(*) filter (where claim is null and dead_at is null and at > $1)::int as waiting,
    count(*) filter (where dead_at is null and at <= $1)::int as due, count(*) filter (where claim is not null and at > $1)::int as running,
    count(*) filter (where failures > 0 and dead_at is null)::int as failing, count(dead_at)::int as dead,
    coalesce(extract(epoch from $1 - min(at) filter (where dead_at is null and at <= $1)), 0)::float as "lagSeconds",
    (array_agg(key || ': ' || error order by failures desc) filter (where error is not null))[1:3] as errors
  from job group by kind order by kind`;
