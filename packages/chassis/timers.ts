import { context, SpanKind, trace } from "@opentelemetry/api";
import { v7 as uuidv7 } from "uuid";
import { withRequestId, withSignal } from "./call-context.ts";
import { isOutage } from "./errors.ts";
import type { Duty } from "./lead.ts";
import type { Log } from "./log.ts";
import { timerRuns } from "./metrics.ts";
import { Pulse } from "./pulse.ts";

/** Work of the clock. `wake()` runs it at once, e.g. after a commit that gave it something to do. */
export type Timer = { name: string; job: Job; deadlineMs: number; pulse: Pulse; wake(): void };

/** A long job ends early when `over`: the rest waits for its next run, here or on another replica. */
export type Job = (over: AbortSignal) => Promise<unknown>;

/**
 * Runs `job` every `periodMs`, on one replica at a time, save that a job which is given up after `deadlineMs`, or whose replica was
 * thought dead, may still be at work beside its next run: what it does must bear being done twice.
 */
export function every(periodMs: number, name: string, job: Job, deadlineMs = 60_000): Timer {
  const pulse = new Pulse(periodMs);
  return { name, job, deadlineMs, pulse, wake: () => pulse.beat() };
}

export const runTimers =
  (log: Log, timers: Timer[]): Duty =>
  (_, over) =>
    Promise.all(timers.map((timer) => loop(log, timer, over)));

async function loop(log: Log, timer: Timer, over: AbortSignal): Promise<void> {
  const { name, pulse } = timer;
  while (!over.aborted) {
    try {
      await beforeDeadline(timer, over);
      timerRuns.inc({ timer: name, outcome: "ok" });
    } catch (error) {
      timerRuns.inc({ timer: name, outcome: "failed" });
      log[isOutage(error) ? "warn" : "error"]({ err: error, timer: name }, "a periodic job failed");
    }
    await pulse.wait(over);
  }
}

// A job that waits for ever would keep all its later runs waiting, too. At the deadline the calls it makes to other services end.
async function beforeDeadline(timer: Timer, over: AbortSignal): Promise<unknown> {
  const late = new AbortController();
  const { promise: missed, reject } = Promise.withResolvers<never>();
  const clock = setTimeout(() => {
    late.abort();
    reject(new Error(`the job was not done after ${timer.deadlineMs / 1_000} s`));
  }, timer.deadlineMs);
  try {
    return await Promise.race([inJobSpan(timer, AbortSignal.any([over, late.signal]), late.signal), missed]);
  } finally {
    clearTimeout(clock);
  }
}

function inJobSpan({ name, job }: Timer, over: AbortSignal, late: AbortSignal): Promise<unknown> {
  const span = trace.getTracer("lacio").startSpan(`timer ${name}`, { kind: SpanKind.INTERNAL, root: true });
  const within = withSignal(withRequestId(trace.setSpan(context.active(), span), uuidv7()), late);
  return context.with(within, () => job(over)).finally(() => span.end());
}
