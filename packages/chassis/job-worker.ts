import { setTimeout as delay } from "node:timers/promises";
import { context } from "@opentelemetry/api";
import { v7 as uuidv7 } from "uuid";
import { withSignal } from "./call-context.ts";
import type { ChassisConfig } from "./config.ts";
import { bury, failed, type Surroundings } from "./job-failure.ts";
import * as rows from "./job-rows.ts";
import { TakenOver, type Job, type Settled, type Turn } from "./jobs.ts";
import { jobRuns } from "./metrics.ts";
import { Pulse } from "./pulse.ts";
import { follow } from "./trail.ts";

type Work = Surroundings & { config: Pick<ChassisConfig, "jobLeaseSeconds" | "jobPollMs"> };

type Kind = { job: Settled; running: number; pausedUntil: number; full: boolean };
type Held = { claimed: rows.Claimed; over: AbortController; done: Promise<void> };

const mostDeaths = 20; // many: when a process dies, all jobs that it ran count a death, not only the one that killed it
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
    const done = run(kind, claimed, over).then((outcome) => {
      jobRuns.inc({ kind: claimed.kind, outcome });
      if (outcome === "outage") kind.pausedUntil = after(outagePauseMs).getTime();
      if (held.get(name)?.claimed === claimed) held.delete(name);
      kind.running--;
      if (kind.full) pulse.beat(); // the last claim reached the limit: more may be due
    });
    held.set(name, { claimed, over, done });
    return done;
  }

  async function run({ job }: Kind, claimed: rows.Claimed, over: AbortController): Promise<string> {
    const { kind, key, tries, deaths, trail } = claimed;
    let ended = false;
    const end: Turn["end"] = async (change) => {
      const result = await db.transact(async (tx) => {
        const effect = await change(tx);
        // Last, for one lock order: transactions that schedule a job write its row at their end, too. The reverse could deadlock.
        if ((await tx.sql(rows.endJob, rows.mineOf(claimed))).length === 0) throw new TakenOver(`${kind} ${key} is in other hands`);
        return effect;
      });
      ended = true;
      return result;
    };
    try {
      if (deaths >= mostDeaths) return await bury(work, job, claimed, new Error("whoever did it died"), 0);
      const again = await withinLimit(job, over, (signal) =>
        follow(trail ?? {}, `job ${kind}`, () =>
          context.with(withSignal(context.active(), signal), () => job.run(key, { over: over.signal, tries, end })),
        ),
      );
      if (ended) return "done";
      const next = again ?? (job.everySeconds && after(job.everySeconds * 1_000));
      const [kept] = await (next ? db.sql(rows.runAgain, [...rows.mineOf(claimed), next]) : db.sql(rows.endJob, rows.mineOf(claimed)));
      if (next) wake(next);
      return !next ? "done" : kept ? "again" : "taken_over";
    } catch (error) {
      if (error instanceof TakenOver) return "taken_over";
      const { outcome, at } = await failed(work, job, claimed, error);
      if (at) wake(at);
      return outcome;
    }
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
      const beating = setInterval(() => void heartbeat(), (config.jobLeaseSeconds * 1_000) / 3);
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

// A run that hangs would occupy its place for ever. At the limit its calls to other services are aborted, and it counts as failed.
async function withinLimit<T>({ limitSeconds }: Settled, over: AbortController, work: (late: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.abort();
    over.abort();
    reject(new Error(`it was not done after ${limitSeconds} s`));
  }, limitSeconds * 1_000);
  try {
    return await Promise.race([work(late.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
