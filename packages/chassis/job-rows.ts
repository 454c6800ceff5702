import { currentTrail, type Trail } from "./trail.ts";

// All SQL about the table `job`. Times are parameters by the application's clock, never now(), because tests move that clock.

/** A job that is due at `at`. Kind and key are its primary key: to schedule it again moves it and resets its claim and counters. */
export type Wanted = { kind: string; key: string; at: Date };

/** A claimed job. `claim` is the fencing token: every later write compares it with the row's, and changes nothing when they differ. */
export type Claimed = {
  kind: string;
  key: string;
  claim: string;
  tries: number;
  failures: number;
  /** How often its lease expired, because its process died or stalled; `died`: this claim took over such a lease. */
  deaths: number;
  died: boolean;
  trail: Trail | null;
  due_at: Date;
};

/** Upserts jobs, given as the five arrays of `jobColumns`; `first` is the number of the first parameter. */
export const jobInsert = (first = 1, where = "where true") =>
  `insert into job (kind, key, at, created_at, trail)
   select * from unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::timestamptz[], $${first + 3}::timestamptz[], $${first + 4}::jsonb[]) ${where}
   on conflict (kind, key) do update set at = excluded.at, trail = excluded.trail, claim = null, tries = 0, failures = 0, deaths = 0, error = null, dead_at = null`;

/** The jobs as parameter arrays; of the same key the last counts. Sorted, so that concurrent transactions lock rows in one order. */
export function jobColumns(wanted: Wanted[], now: Date): unknown[][] {
  const last = new Map(wanted.map((job) => [`${job.kind} ${job.key}`, job]));
  const jobs = [...last.keys()].sort().map((name) => last.get(name)!);
  const trail = JSON.stringify(currentTrail());
  return [jobs.map(({ kind }) => kind), jobs.map(({ key }) => key), jobs.map(({ at }) => at), jobs.map(() => now), jobs.map(() => trail)];
}

/**
 * Claims due jobs (SKIP LOCKED), of each kind ($1) at most so many ($2): $3 now, $4 the claim, $5 the lease of each kind in seconds. The
 * end of the lease is kept in `at`: a due row that still has a claim has expired. The lease is at least 2 ** deaths seconds, up to an hour,
 * so that a job that kills its process does so ever less often. Always answers a row: its `next_at` is when the next job is due, or the next
 * lease expires.
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

/** Deletes a job that is done, in the transaction of its effect. No row: the claim is lost, by a takeover or because it was rescheduled. */
export const endJob = `delete from job where ${mine} returning 1`;

/** Releases a job for a retry at $6 with its error $4; $5 is added to its failures, $7 (1 after an outage) is taken off its tries. */
export const giveBack = `update job set claim = null, error = $4, failures = failures + $5, at = $6, tries = tries - $7 where ${mine}`;

/** After a success: schedules the job's next run at $4 and resets its counters. */
export const runAgain = `update job set claim = null, at = $4, tries = 0, failures = 0, deaths = 0, error = null where ${mine} returning 1`;

/** Makes a job a dead letter at $6 with its error $4; $5 is added to its failures. It is claimed no more until a person resets the row. */
export const buryJob = `update job set claim = null, error = $4, failures = failures + $5, dead_at = $6 where ${mine} returning 1`;

/** Heartbeat: extends the leases of claimed jobs ($1 kinds, $2 keys, $3 claims) to $4 each. Skips rows that a transaction is ending. */
export const extendLeases = `
  update job set at = greatest(job.at, held.until) from (
    select job.kind, job.key, until from job
      join unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[]) as held (kind, key, claim, until) using (kind, key, claim)
    for update of job skip locked) held
  where job.kind = held.kind and job.key = held.key`;

/** Creates a periodic job, due at $2 (now). An existing one is due at $3 (now and a period) at the latest, and revived if it is dead. */
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
  /** Key and error of the three with most failures. */
  errors: string[] | null;
};

/** Counts, lag in seconds and errors of all jobs at $1 (now), a row per kind: for /jobs and the metrics. */
export const overview = `
  select kind, count(*) filter (where claim is null and dead_at is null and at > $1)::int as waiting,
    count(*) filter (where dead_at is null and at <= $1)::int as due, count(*) filter (where claim is not null and at > $1)::int as running,
    count(*) filter (where error is not null and dead_at is null)::int as failing, count(dead_at)::int as dead,
    coalesce(extract(epoch from $1 - min(at) filter (where dead_at is null and at <= $1)), 0)::float as "lagSeconds",
    (array_agg(key || ': ' || error order by failures desc) filter (where error is not null))[1:3] as errors
  from job group by kind order by kind`;

/** The jobs of kind $1 that are dead or have failed, dead ones first, with their causes. */
export const stuck = `
  select key, at, tries, failures, deaths, dead_at as "deadAt", error from job
  where kind = $1 and (dead_at is not null or error is not null or deaths > 0) order by dead_at, failures desc, key limit 1000`;
