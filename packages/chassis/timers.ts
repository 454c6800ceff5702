import { context, SpanKind, trace } from "@opentelemetry/api";
import { v7 as uuidv7 } from "uuid";
import { withRequestId } from "./call-context.ts";
import type { Database } from "./db.ts";
import { isOutage } from "./errors.ts";
import type { Log } from "./log.ts";
import { timerRuns } from "./metrics.ts";
import { Pulse } from "./pulse.ts";

/** Work of the clock. `wake()` runs it at once, e.g. after a commit that gave it something to do. */
export type Timer = { name: string; periodMs: number; job: () => Promise<unknown>; pulse: Pulse; wake(): void };

/** Runs `job` every `periodMs`, on one replica at a time. */
export function every(periodMs: number, name: string, job: () => Promise<unknown>): Timer {
  const pulse = new Pulse(periodMs);
  return { name, periodMs, job, pulse, wake: () => pulse.beat() };
}

export function startTimers(db: Database, log: Log, timers: Timer[]) {
  const running = timers.map(loop);

  async function loop(timer: Timer): Promise<void> {
    while (!timer.pulse.stopped) {
      await runOnce(timer);
      await timer.pulse.wait();
    }
  }

  // The lock lives as long as its connection: a replica that dies hands over by dying.
  async function runOnce({ name, job }: Timer): Promise<void> {
    let client;
    try {
      client = await db.pool.connect();
      const { rows } = await client.query<{ led: boolean }>("select pg_try_advisory_lock(hashtext($1)) as led", [`lacio.timer.${name}`]);
      if (!rows[0]!.led) return client.release();
      await inJobSpan(name, job);
      await client.query("select pg_advisory_unlock(hashtext($1))", [`lacio.timer.${name}`]);
      client.release();
      timerRuns.inc({ timer: name, outcome: "ok" });
    } catch (error) {
      client?.release(true);
      timerRuns.inc({ timer: name, outcome: "failed" });
      log[isOutage(error) ? "warn" : "error"]({ err: error, timer: name }, "a periodic job failed");
    }
  }

  return {
    async stop() {
      for (const timer of timers) timer.pulse.stop();
      await Promise.allSettled(running);
    },
  };
}

function inJobSpan(name: string, job: () => Promise<unknown>): Promise<unknown> {
  const span = trace.getTracer("lacio").startSpan(`timer ${name}`, { kind: SpanKind.INTERNAL, root: true });
  return context.with(withRequestId(trace.setSpan(context.active(), span), uuidv7()), job).finally(() => span.end());
}
