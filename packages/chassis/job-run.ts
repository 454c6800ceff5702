import { context } from "@opentelemetry/api";
import { withSignal } from "./call-context.ts";
import { bury, failed, type Ended, type Surroundings } from "./job-failure.ts";
import * as rows from "./job-rows.ts";
import { TakenOver, type Settled, type Turn } from "./jobs.ts";
import { follow } from "./trail.ts";

const mostDeaths = 20; // many: when a process dies, all jobs that it ran count a death, not only the one that killed it

/** Runs one claimed job: its row is ended, moved to its next turn, given back, or made a dead letter, unless it has been taken over. */
export async function runJob(work: Surroundings, job: Settled, claimed: rows.Claimed, over: AbortController): Promise<Ended> {
  const { kind, key, tries, deaths, trail } = claimed;
  let ended = false;
  const end: Turn["end"] = async (change) => {
    const result = await work.db.transact(async (tx) => {
      const effect = await change(tx);
      // Last, for one lock order: transactions that schedule a job write its row at their end, too. The reverse could deadlock.
      if ((await tx.sql(rows.endJob, rows.mineOf(claimed))).length === 0)
        throw new TakenOver(`${kind} ${key} was taken over or rescheduled`);
      return effect;
    });
    ended = true;
    return result;
  };
  try {
    if (deaths >= mostDeaths) return await bury(work, job, claimed, new Error(`its process died ${deaths} times`), 0);
    const again = await withinLimit(job, over, (signal) =>
      follow(trail ?? {}, `job ${kind}`, () =>
        context.with(withSignal(context.active(), signal), () => job.run(key, { over: over.signal, tries, end })),
      ),
    );
    return ended ? { outcome: "done" } : await endTurn(work, job, claimed, again);
  } catch (error) {
    if (error instanceof TakenOver) return { outcome: "taken_over" };
    return failed(work, job, claimed, error);
  }
}

async function endTurn({ db, now }: Surroundings, { everySeconds }: Settled, claimed: rows.Claimed, again: Date | void): Promise<Ended> {
  const at = again ?? (everySeconds && new Date(now().getTime() + everySeconds * 1_000));
  const kept = at ? await db.sql(rows.runAgain, [...rows.mineOf(claimed), at]) : await db.sql(rows.endJob, rows.mineOf(claimed));
  if (kept.length === 0) return { outcome: "taken_over" };
  return at ? { outcome: "again", at } : { outcome: "done" };
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
