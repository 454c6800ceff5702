import { setTimeout as delay } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import type { ChassisConfig } from "./config.ts";
import type { Surroundings } from "./job-failure.ts";
import * as rows from "./job-rows.ts";
import { runJob } from "./job-run.ts";
import type { Job, Settled } from "./jobs.ts";
import { jobRuns } from "./metrics.ts";
import { Pulse } from "./pulse.ts";

type Work = Surroundings & { config: Pick<ChassisConfig, "jobLeaseSeconds" | "jobPollMs"> };

type Kind = { job: Settled; running: number; pausedUntil: number; full: boolean };
type Held = { claimed: rows.Claimed; over: AbortController; done: Promise<void> };

const outagePauseMs = 1_000;
const batchMs = 10; // jobs that are committed within this time are claimed by one statement

/**
 * Runs the jobs that are due, each kind with a concurrency limit of its own, so that no kind starves another. Replicas share the table by
 * leases with heartbeats: a process that dies, or stalls for longer than a lease, loses its jobs to the others.
 */
export function createWorker(work: Work, jobs: Job[]) {
  const { config, db, log, now } = work;
  const defaults = { atOnce: 4, limitSeconds: 60, leaseSeconds: config.jobLeaseSeconds, mostFailures: Infinity, retrySeconds: 2 };
  const kinds = new Map(
    jobs.map((job): [string, Kind] => [job.name, { job: { ...defaults, ...job }, running: 0, pausedUntil: 0, full: false }]),
  );
  // Exported as 0, so that increase() sees the first one.
  for (const kind of kinds.keys()) for (const outcome of ["failed", "outage", "dead"]) jobRuns.inc({ kind, outcome }, 0);
  const held = new Map<string, Held>();
  const stopping = new AbortController();
  const pulse = new Pulse(config.jobPollMs);
  const after = (ms: number) => new Date(now().getTime() + ms);
  let nextAt = Infinity;

  /** Claims and starts what is due; answers a promise per run. */
  async function begin(): Promise<Promise<void>[]> {
    const free = [...kinds.values()].filter(({ job, running, pausedUntil }) => running < job.atOnce && pausedUntil <= now().getTime());
    nextAt = Infinity;
    if (free.length === 0) return [];
    const rooms = free.map(({ job, running }) => job.atOnce - running);
    const leases = free.map(({ job }) => job.leaseSeconds);
    const params = [free.map(({ job }) => job.name), rooms, now(), uuidv7(), leases];
    const answered = await db.sql<rows.Claimed & { next_at: Date | null }>(rows.claimDue, params, "claim-jobs");
    nextAt = answered[0]!.next_at?.getTime() ?? Infinity;
    const claimed = answered.filter(({ claim }) => claim !== null);
    for (const [index, kind] of free.entries()) kind.full = claimed.filter((one) => one.kind === kind.job.name).length === rooms[index];
    return claimed.sort((a, b) => a.due_at.getTime() - b.due_at.getTime()).map(hold);
  }

  function hold(claimed: rows.Claimed): Promise<void> {
    const name = `${claimed.kind} ${claimed.key}`;
    const mine = held.get(name);
    // Our own lease expired while the database was down, and we claimed the job again: the run goes on, with the new claim.
    if (mine && claimed.died) return Object.assign(mine.claimed, { claim: claimed.claim }) && mine.done;
    const kind = kinds.get(claimed.kind)!;
    const over = new AbortController();
    kind.running++;
    const done = runJob(work, kind.job, claimed, over).then(({ outcome, at }) => {
      jobRuns.inc({ kind: claimed.kind, outcome });
      if (at) wake(at);
      if (outcome === "outage") kind.pausedUntil = after(outagePauseMs).getTime();
      if (held.get(name)?.claimed === claimed) held.delete(name);
      kind.running--;
      if (kind.full) pulse.beat(); // the last claim reached the limit: more may be due
    });
    held.set(name, { claimed, over, done });
    return done;
  }

  /** A job is due at `at`. If that is after the next poll, the poll will find it. */
  function wake(at = now()): void {
    const ms = at.getTime() - now().getTime();
    if (ms <= 0) pulse.beat();
    else if (ms < config.jobPollMs) setTimeout(() => pulse.beat(), ms).unref();
  }

  async function loop(): Promise<void> {
    for (let repeating = false; !stopping.signal.aborted;) {
      try {
        if (!repeating) await ensureRepeating();
        repeating = true;
        void (await begin());
        await pulse.wait(stopping.signal, untilNextMs());
        await delay(batchMs);
      } catch (error) {
        log.warn({ err: error }, "jobs cannot be claimed: trying again");
        await pulse.wait(stopping.signal, outagePauseMs);
      }
    }
  }

  function untilNextMs(): number {
    const resumed = [...kinds.values()].map(({ pausedUntil }) => pausedUntil).filter((until) => until > now().getTime());
    return Math.max(0, Math.min(config.jobPollMs, Math.min(nextAt, ...resumed) - now().getTime()));
  }

  async function ensureRepeating(): Promise<void> {
    for (const { name, everySeconds } of jobs)
      if (everySeconds) await db.sql(rows.ensureRepeating, [name, now(), after(everySeconds * 1_000)]);
  }

  async function heartbeat(): Promise<void> {
    const mine = [...held.values()].map(({ claimed }) => claimed);
    if (mine.length === 0) return;
    const until = mine.map(({ kind }) => after(kinds.get(kind)!.job.leaseSeconds * 1_000));
    await db
      .sql(
        rows.extendLeases,
        [mine.map(({ kind }) => kind), mine.map(({ key }) => key), mine.map(({ claim }) => claim), until],
        "extend-leases",
      )
      .catch((error: unknown) => log.warn({ err: error }, "the leases of jobs cannot be extended"));
  }

  return {
    wake,
    start() {
      const shortestLeaseSeconds = Math.min(...[...kinds.values()].map(({ job }) => job.leaseSeconds));
      const beating = setInterval(() => void heartbeat(), (shortestLeaseSeconds * 1_000) / 3);
      const looping = loop();
      return async function stop(): Promise<void> {
        stopping.abort();
        await looping;
        for (const { over } of held.values()) over.abort();
        await Promise.all([...held.values()].map(({ done }) => done));
        clearInterval(beating);
      };
    },
    heartbeat,
    /** Runs all that is due, including what these runs make due, and waits for it. For tests. */
    async drain(): Promise<void> {
      for (let runs = await begin(); runs.length > 0; runs = await begin()) await Promise.all(runs);
    },
  };
}
