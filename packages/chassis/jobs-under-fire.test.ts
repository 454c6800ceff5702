import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "@lacio/testkit/testing";
import fc from "fast-check";
import { startJobs, type JobsHouse } from "./testing/jobs.ts";

// Replicas in processes of their own, which are killed and stopped at random, with clocks that disagree.
let house: JobsHouse;
beforeAll(async () => void (house = await startJobs()));
afterAll(() => house?.stop());

// Few that kill: each death doubles what the jobs that died with it wait.
const few = { ok: 40, fails: 8, outage: 6, kills: 3, slow: 6, hangs: 3, more: 6, poison: 4, dropped: 4 };
const all = Object.entries(few).flatMap(([what, times]) => Array.from({ length: times }, () => what));
const accident = fc.record({
  how: fc.constantFrom("SIGKILL", "SIGKILL", "SIGSTOP"),
  whom: fc.nat(),
  afterMs: fc.integer({ min: 50, max: 700 }),
  clockAheadMs: fc.integer({ min: -1_500, max: 1_500 }),
});

test.each([2, 5])("with %d replicas, each job that is due has its effect once at rest, whatever fails beside it", async (count) => {
  const plan = fc.record({
    jobs: fc
      .tuple(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: all.length, maxLength: all.length }),
      )
      .map(([kinds, times]) => kinds.map((what, n) => ({ what, inMs: times[n]! }))),
    accidents: fc.array(accident, { minLength: 5, maxLength: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ jobs, accidents }) => {
      await house.clear();
      const replicas = await Promise.all(Array.from({ length: count }, () => startReplica()));
      try {
        const keys = jobs.map(({ what }, n) => `${n} ${what}`);
        const [first, rest] = [keys.slice(0, 40), keys.slice(40)];
        await owe(first, jobs);
        const accidental = suffer(replicas, accidents);
        await owe(rest, jobs.slice(40));
        await drop([...first, ...rest].filter((key) => key.endsWith("dropped")));
        await accidental;
        const expected = keys.filter((key) => !/poison|dropped/.test(key));
        expected.push(...keys.filter((key) => key.endsWith("more")).map((key) => `${key.split(" ")[0]} after`));
        const left = async () => (await house.db.sql("select 1 from job where key not like '%poison'")).length;
        await until(async () => (await left()) === 0, { timeoutMs: 60_000 });
        expect((await house.effects("work")).filter(({ times }) => times !== 1)).toEqual([]);
        expect((await house.effects("work")).map(({ key }) => key)).toEqual(expect.arrayContaining(expected));
        expect(await house.effects("work")).toHaveLength(expected.length);
        const poison = await house.db.sql<{ key: string }>("select key from job where error is not null and failures > 1");
        await until(async () => poison.length === keys.filter((key) => key.endsWith("poison")).length); // each has been tried, too
      } finally {
        replicas.forEach(end);
      }
    }),
    { numRuns: 1, endOnFailure: true },
  );
});

type Replica = { child: ChildProcess; clockAheadMs: number; over: boolean };

/** A replica that is started again when it dies, as a kubelet would. */
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
    env: { ...process.env, DATABASE_URL: house.url, CLOCK_AHEAD_MS: String(clockAheadMs) },
  });

function end(replica: Replica): void {
  replica.over = true;
  replica.child.kill("SIGKILL");
}

async function owe(keys: string[], jobs: { inMs: number }[]): Promise<void> {
  await house.db.transact(async (tx) => {
    // What is dropped is due later than it is dropped.
    for (const [n, key] of keys.entries())
      tx.later("work", key, new Date(Date.now() + (key.endsWith("dropped") ? 600_000 : jobs[n]!.inMs)));
  });
}

const drop = (keys: string[]) =>
  house.db.transact(async (tx) => {
    for (const key of keys) await tx.drop("work", key);
  });

type Accident = { how: string; whom: number; afterMs: number; clockAheadMs: number };

async function suffer(replicas: Replica[], accidents: Accident[]): Promise<void> {
  for (const { how, whom, afterMs, clockAheadMs } of accidents) {
    await delay(afterMs);
    const replica = replicas[whom % replicas.length]!;
    replica.clockAheadMs = clockAheadMs;
    replica.child.kill(how as NodeJS.Signals);
    if (how === "SIGKILL") continue;
    await delay(2_500); // longer than its lease
    replica.child.kill("SIGCONT");
  }
}
