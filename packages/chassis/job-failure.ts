import type { Database } from "./db.ts";
import { isOutage } from "./errors.ts";
import * as rows from "./job-rows.ts";
import { NotYet, TakenOver, type Job, type Settled } from "./jobs.ts";
import type { Log } from "./log.ts";
import { causeOf } from "./private-data.ts";

export type Surroundings = { db: Database; log: Log; now: () => Date };

/** How a run ended; `at`: when the job is due again. */
export type Ended = { outcome: "done" | "again" | "dead" | "failed" | "not_yet" | "outage" | "taken_over"; at?: Date };

const longestPauseSeconds = 3_600;
const stuckAfter = 10;
const outageRetryMs = 5_000;

/** Releases a failed job for a retry with exponential backoff and jitter (±25 %), or makes it a dead letter. Does not throw. */
export async function failed({ db, log, now }: Surroundings, job: Settled, claimed: rows.Claimed, error: unknown): Promise<Ended> {
  const outage = isOutage(error);
  const counted = outage || error instanceof NotYet ? 0 : 1;
  const failures = claimed.failures + counted;
  let at: Date | undefined;
  const about = { err: error, job: job.name, key: claimed.key, failures };
  try {
    if (counted === 1 && failures >= job.mostFailures) return await bury({ db, log, now }, job, claimed, error, 1);
    const pauseMs = outage ? outageRetryMs : pauseAfter(job, counted === 1 ? failures : claimed.tries);
    at = new Date(now().getTime() + pauseMs * (0.75 + Math.random() / 2));
    await db.sql(rows.giveBack, [...rows.mineOf(claimed), causeOf(error), counted, at, Number(outage)]);
  } catch (unwritten) {
    if (unwritten instanceof TakenOver) return { outcome: "taken_over" };
    log.warn({ ...about, unwritten: causeOf(unwritten) }, "a job cannot be given back: its lease will end");
  }
  if (counted === 1 && failures >= stuckAfter) log.error(about, "ALERT: a job keeps failing; it needs a person");
  else log.warn(about, outage ? "a job met a server that is away: trying again" : "a job failed: trying again later");
  return { outcome: outage ? "outage" : counted === 1 ? "failed" : "not_yet", at };
}

/**
 * Makes a job a dead letter, also where its `onDead` fails: the row then says so. `counted` is added to its failures.
 * @throws TakenOver when another replica has claimed it
 */
export async function bury(
  { db, log, now }: Surroundings,
  { onDead }: Job,
  claimed: rows.Claimed,
  error: unknown,
  counted: 0 | 1,
): Promise<Ended> {
  const write = (cause: string, also: Job["onDead"]) =>
    db.transact(async (tx) => {
      const buried = await tx.sql(rows.buryJob, [...rows.mineOf(claimed), cause, counted, now()]);
      if (buried.length === 0) throw new TakenOver(`${claimed.kind} ${claimed.key} was taken over or rescheduled`);
      await also?.(tx, claimed.key);
    });
  await write(causeOf(error), onDead).catch((failure: unknown) => {
    if (failure instanceof TakenOver || isOutage(failure)) throw failure;
    log.error({ err: failure, job: claimed.kind, key: claimed.key }, "what a dead letter should change could not be changed");
    return write(`${causeOf(error)}; then ${causeOf(failure)}`, undefined);
  });
  log.error({ err: error, job: claimed.kind, key: claimed.key }, "ALERT: a job is a dead letter now; it needs a person");
  return { outcome: "dead" };
}

const pauseAfter = ({ retrySeconds, everySeconds = longestPauseSeconds }: Settled, times: number): number =>
  Math.min(retrySeconds * 2 ** (times - 1), longestPauseSeconds, everySeconds) * 1_000;
