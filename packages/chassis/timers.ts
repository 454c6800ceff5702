import { context, SpanKind, trace } from "@opentelemetry/api";
import { v7 as uuidv7 } from "uuid";
import { withRequestId } from "./call-context.ts";
import { isOutage } from "./errors.ts";
import type { Duty } from "./lead.ts";
import type { Log } from "./log.ts";
import { timerRuns } from "./metrics.ts";
import { Pulse } from "./pulse.ts";

/** Work of the clock. `wake()` runs it at once, e.g. after a commit that gave it something to do. */
export type Timer = { name: string; job: () => Promise<unknown>; pulse: Pulse; wake(): void };

/** Runs `job` every `periodMs`, on one replica at a time. */
export function every(periodMs: number, name: string, job: () => Promise<unknown>): Timer {
  const pulse = new Pulse(periodMs);
  return { name, job, pulse, wake: () => pulse.beat() };
}

export const runTimers =
  (log: Log, timers: Timer[]): Duty =>
  (_, over) =>
    Promise.all(timers.map((timer) => loop(log, timer, over)));

async function loop(log: Log, { name, job, pulse }: Timer, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    try {
      await inJobSpan(name, job);
      timerRuns.inc({ timer: name, outcome: "ok" });
    } catch (error) {
      timerRuns.inc({ timer: name, outcome: "failed" });
      log[isOutage(error) ? "warn" : "error"]({ err: error, timer: name }, "a periodic job failed");
    }
    await pulse.wait(over);
  }
}

function inJobSpan(name: string, job: () => Promise<unknown>): Promise<unknown> {
  const span = trace.getTracer("lacio").startSpan(`timer ${name}`, { kind: SpanKind.INTERNAL, root: true });
  return context.with(withRequestId(trace.setSpan(context.active(), span), uuidv7()), job).finally(() => span.end());
}
