import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "@lacio/testkit/testing";
import fc from "fast-check";
import { startJobs, type JobsFixture } from "./testing/jobs.ts";

// Replicas in processes of their own, which get SIGKILL and SIGSTOP at random, with clock skew.
let fixture: JobsFixture;
beforeAll(async () => void (fixture = await startJobs()));
afterAll(() => fixture?.stop());

// Few that kill: each death doubles the lease of all jobs that its process ran.
const counts = { ok: 40, fails: 8, outage: 6, kills: 3, slow: 6, hangs: 3, more: 6, poison: 4, dropped: 4 };
const all = Object.entries(counts).flatMap(([what, times]) => Array.from({ length: times }, () => what));
const fault = fc.record({
  how: fc.constantFrom("SIGKILL", "SIGKILL", "SIGSTOP"),
  whom: fc.nat(),
  afterMs: fc.integer({ min: 50, max: 700 }),
  clockAheadMs: fc.integer({ min: -1_500, max: 1_500 }),
});

test.each([2, 5])("with %d replicas, each due job has its effect exactly once, whatever fails beside it", async (count) => {
  const plan = fc.record({
    jobs: fc
      .tuple(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: all.length, maxLength: all.length }),
      )
      .map(([kinds, times]) => kinds.map((what, n) => ({ what, inMs: times[n]! }))),
    faults: fc.array(fault, { minLength: 5, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ jobs, faults }) => {
      await fixture.clear();
      const replicas = await Promise.all(Array.from({ length: count }, () => startReplica()));
      try {
        const keys = jobs.map(({ what }, n) => `${n} ${what}`);
        const [first, rest] = [keys.slice(0, 40), keys.slice(40)];
        await schedule(first, jobs);
        const injected = inject(replicas, faults);
        await schedule(rest, jobs.slice(40));
        await drop([...first, ...rest].filter((key) => key.endsWith("dropped")));
        await injected;
        const expected = keys.filter((key) => !/poison|dropped/.test(key));
        expected.push(...keys.filter((key) => key.endsWith("more")).map((key) => `${key.split(" ")[0]} after`));
        const left = async () => (await fixture.db.sql("select 1 from job where key not like '%poison'")).length;
        await until(async () => (await left()) === 0, { timeoutMs: 60_000 });
        expect((await fixture.effects("work")).filter(({ times }) => times !== 1)).toEqual([]);
        expect((await fixture.effects("work")).map(({ key }) => key)).toEqual(expect.arrayContaining(expected));
        expect(await fixture.effects("work")).toHaveLength(expected.length);
        const tried = async () => (await fixture.db.sql("select 1 from job where error is not null and failures > 1")).length;
        await until(async () => (await tried()) === keys.filter((key) => key.endsWith("poison")).length); // poison was not starved, either
      } finally {
        replicas.forEach(end);
      }
    }),
    { numRuns: 1, endOnFailure: true },
  );
});

type Replica = { child: ChildProcess; clockAheadMs: number; over: boolean };

/** A replica that is restarted when it dies, as by a kubelet. */
async function startReplica(): Promise<Replica> {
  const replica: Replica = { child: launch(0), clockAheadMs: 0, over: false };
  const again = () => {
    if (replica.over) return;
    replica.child = launch(replica.clockAheadMs);
    replica.child.once("exit", again);
  };
  replica.child.once("exit", again);
  await once(replica.child, "message");
  return replica;
}

const launch = (clockAheadMs: number) =>
  fork(path.join(import.meta.dirname, "testing/jobs-replica.ts"), {
    env: { ...process.env, DATABASE_URL: fixture.url, CLOCK_AHEAD_MS: String(clockAheadMs) },
  });

function end(replica: Replica): void {
  replica.over = true;
  replica.child.kill("SIGKILL");
}

async function schedule(keys: string[], jobs: { inMs: number }[]): Promise<void> {
  await fixture.db.transact(async (tx) => {
    // Dropped jobs are due in ten minutes, long after the drop.
    for (const [n, key] of keys.entries())
      tx.later("work", key, new Date(Date.now() + (key.endsWith("dropped") ? 600_000 : jobs[n]!.inMs)));
  });
}

const drop = (keys: string[]) =>
  fixture.db.transact(async (tx) => {
    for (const key of keys) await tx.drop("work", key);
  });

type Fault = { how: string; whom: number; afterMs: number; clockAheadMs: number };

async function inject(replicas: Replica[], faults: Fault[]): Promise<void> {
  for (const { how, whom, afterMs, clockAheadMs } of faults) {
    await delay(afterMs);
    const replica = replicas[whom % replicas.length]!;
    replica.clockAheadMs = clockAheadMs;
    replica.child.kill(how as NodeJS.Signals);
    if (how === "SIGKILL") continue;
    await delay(2_500); // longer than its lease
    replica.child.kill("SIGCONT");
  }
}
