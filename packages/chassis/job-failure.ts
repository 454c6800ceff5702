import type { Database } from "./db.ts";
import { isOutage } from "./errors.ts";
import * as rows from "./job-rows.ts";
import { NotYet, TakenOver, type Job, type Settled } from "./jobs.ts";
import type { Log } from "./log.ts";
import { masked } from "./private-data.ts";

export type Surroundings = { db: Database; log: Log; now: () => Date };

/** `at`: when it is tried again. */
type Failed = { outcome: "dead" | "failed" | "not_yet" | "outage" | "taken_over"; at?: Date };

const longestPauseSeconds = 3_600;
const stuckAfter = 10;
const outageRetryMs = 5_000;

/** Gives a job back that failed: to be tried again later, or never. */
export async function failed({ db, log, now }: Surroundings, job: Settled, claimed: rows.Claimed, error: unknown): Promise<Failed> {
  const outage = isOutage(error);
  const blame = outage || error instanceof NotYet ? 0 : 1;
  const failures = claimed.failures + blame;
  let at: Date | undefined;
  const about = { err: error, job: job.name, key: claimed.key, failures };
  try {
    if (blame === 1 && failures >= job.mostFailures) return { outcome: await bury({ db, log, now }, job, claimed, error, 1) };
    const pauseMs = outage ? outageRetryMs : pauseAfter(job, blame === 1 ? failures : claimed.tries);
    at = new Date(now().getTime() + pauseMs * (0.75 + Math.random() / 2));
    await db.sql(rows.giveBack, [...rows.mineOf(claimed), causeOf(error), blame, at, Number(outage)]);
  } catch (unwritten) {
    if (unwritten instanceof TakenOver) return { outcome: "taken_over" };
    log.warn({ ...about, unwritten: String(unwritten) }, "a job cannot be given back: its lease will end");
  }
  if (blame === 1 && failures >= stuckAfter) log.error(about, "ALERT: a job keeps failing; it needs a person");
  else log.warn(about, outage ? "a job met a server that is away: trying again" : "a job failed: trying again later");
  return { outcome: outage ? "outage" : blame === 1 ? "failed" : "not_yet", at };
}

/** Makes it a dead letter. @throws TakenOver */
export async function bury(
  { db, log, now }: Surroundings,
  { onDead }: Job,
  claimed: rows.Claimed,
  error: unknown,
  blame: 0 | 1,
): Promise<"dead"> {
  await db.transact(async (tx) => {
    const buried = await tx.sql(rows.buryJob, [...rows.mineOf(claimed), causeOf(error), blame, now()]);
    if (buried.length === 0) throw new TakenOver(`${claimed.kind} ${claimed.key} is in other hands`);
    await onDead?.(tx, claimed.key);
  });
  log.error({ err: error, job: claimed.kind, key: claimed.key }, "ALERT: a job is a dead letter now; it needs a person");
  return "dead";
}

// Another server's words can hold people's data; they stay with the row, and are shown on the ops port.
const causeOf = (error: unknown): string => masked(String(error)).slice(0, 2_000);

const pauseAfter = ({ retrySeconds, everySeconds = longestPauseSeconds }: Settled, times: number): number =>
  Math.min(retrySeconds * 2 ** (times - 1), longestPauseSeconds, everySeconds) * 1_000;
