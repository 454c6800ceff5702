import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { currentSignal } from "./call-context.ts";
import { createLog } from "./log.ts";
import { timerRuns } from "./metrics.ts";
import { every, runTimers, type Job } from "./timers.ts";

// A period that no test waits for: the next run comes by `wake`, or not at all.
const never = 3_600_000;
const log = createLog("test", "silent");
beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())); // as telemetry-hook does
afterAll(() => context.disable());
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function run(name: string, job: Job, deadlineMs?: number) {
  const over = new AbortController();
  const timer = every(never, name, job, deadlineMs);
  const running = runTimers(log, [timer])(() => Promise.reject(new Error("timers ask nothing")), over.signal);
  ends.push(async () => {
    over.abort();
    await running;
  });
  return { over, timer, running };
}

async function outcomes(timer: string): Promise<Record<string, number>> {
  const runs = (await timerRuns.get()).values.filter(({ labels }) => labels.timer === timer);
  return Object.fromEntries(runs.map(({ labels, value }) => [String(labels.outcome), value]));
}

describe("a timer", () => {
  test("goes on after a job that never ends: it counts as failed, and its calls to others are ended", async () => {
    const { promise: again, resolve } = Promise.withResolvers<void>();
    const signals: (AbortSignal | undefined)[] = [];
    const { timer } = run(
      "stuck",
      () => {
        signals.push(currentSignal());
        if (signals.length === 2) resolve();
        return new Promise(() => {});
      },
      20,
    );
    timer.wake();
    await again;
    expect(signals[0]!.aborted).toBe(true);
    expect(signals[1]!.aborted).toBe(false);
    expect(await outcomes("stuck")).toEqual({ failed: 1 });
  });

  test("goes on after a job that throws", async () => {
    const { promise: again, resolve } = Promise.withResolvers<void>();
    let runs = 0;
    const { timer } = run("throwing", async () => {
      if (++runs === 1) throw new Error("no");
      resolve();
    });
    timer.wake();
    await again;
    expect(runs).toBe(2);
  });

  test("tells a long job that it is over, and waits for its end; its calls to others may finish", async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    let ended = false;
    const { over, running } = run("long", async (isOver) => {
      begin();
      await new Promise<void>((resolve) => isOver.addEventListener("abort", () => resolve()));
      ended = !currentSignal()!.aborted;
    });
    await begun;
    over.abort();
    await running;
    expect(ended).toBe(true);
  });
});
