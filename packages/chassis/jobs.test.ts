import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { context } from "@opentelemetry/api";
import { until } from "@lacio/testkit/testing/until";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { currentSignal } from "./call-context.ts";
import { unavailable } from "./errors.ts";
import { jobRuns } from "./metrics.ts";
import { NotYet, TakenOver, type Job, type Turn } from "./jobs.ts";
import { claimDue, overview, stuck, type Overview } from "./job-rows.ts";
import { startJobs, type JobsFixture } from "./testing/jobs.ts";

let fixture: JobsFixture;
beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()); // as telemetry-hook does
  fixture = await startJobs();
});
afterAll(async () => {
  await fixture?.stop();
  context.disable();
});
beforeEach(() => fixture.clear());

const effect = (kind: string, key: string, { end }: Turn) =>
  end((tx) => tx.sql("insert into effect (kind, key) values ($1, $2)", [kind, key]));
const counting = (wishes: Partial<Job> = {}): Job => ({
  name: "count",
  run: async (key, turn) => void (await effect("count", key, turn)),
  ...wishes,
});
const inSeconds = (seconds: number) => new Date(fixture.now().getTime() + seconds * 1_000);
const waits = async (key: string, kind = "count") => ((await fixture.row(kind, key))!.at.getTime() - fixture.now().getTime()) / 1_000;

const runsThat = async (outcome: string) =>
  (await jobRuns.get()).values.find(({ labels }) => labels.kind === "count" && labels.outcome === outcome)?.value ?? 0;

/** A job that blocks in the middle of its run until `goOn`. */
function halting() {
  const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const job = counting({
    async run(key, turn) {
      begun.resolve();
      await goOn.promise;
      await effect("count", key, turn);
    },
  });
  return { job, begun: begun.promise, goOn: () => goOn.resolve() };
}

describe("a job", () => {
  test("is scheduled by the commit of its cause, runs when it is due, and is deleted with its effect", async () => {
    const worker = await fixture.replica([counting()]);
    await expect(
      fixture.db.transact(async (tx) => {
        tx.later("count", "never");
        throw new Error("rolled back");
      }),
    ).rejects.toThrow();
    await fixture.later("count", "now");
    await fixture.later("count", "soon", inSeconds(60));
    await worker.drain();
    expect(await fixture.effects("count")).toEqual([{ key: "now", times: 1 }]);
    fixture.wait(61);
    await worker.drain();
    expect(await fixture.effects("count")).toEqual([
      { key: "now", times: 1 },
      { key: "soon", times: 1 },
    ]);
    expect(await fixture.db.sql("select 1 from job")).toEqual([]);
  });

  test("is unique by its key: rescheduled it moves, even as a dead letter; dropped it does not run", async () => {
    const worker = await fixture.replica([counting({ mostFailures: 1, run: () => Promise.reject(new Error("no")) })]);
    await fixture.later("count", "a", inSeconds(60));
    await fixture.later("count", "a", inSeconds(30));
    await fixture.later("count", "b", inSeconds(30));
    expect(await waits("a")).toBeCloseTo(30, 0);
    await fixture.db.transact((tx) => tx.drop("count", "b"));
    fixture.wait(31);
    await worker.drain();
    expect(await fixture.row("count", "a")).toMatchObject({ failures: 1, error: "Error: no", dead_at: expect.any(Date) });
    await fixture.later("count", "a");
    await (await fixture.replica([counting()])).drain();
    expect(await fixture.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test("that answers a time runs again then, with its counters reset; a periodic one by its period", async () => {
    const tries: number[] = [];
    const again = counting({ run: async (_, turn) => (tries.push(turn.tries), inSeconds(100)) });
    let ticks = 0;
    const tick: Job = { name: "tick", everySeconds: 60, run: async () => void ticks++ };
    const worker = await fixture.replica([again, tick]);
    const stop = worker.start();
    await fixture.later("count", "a");
    while (ticks === 0 || tries.length === 0 || (await fixture.row("count", "a"))?.claim)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await stop();
    expect(await waits("a")).toBeCloseTo(100, 0);
    expect(await waits("", "tick")).toBeGreaterThan(50);
    fixture.wait(101);
    await worker.drain();
    expect([tries, ticks]).toEqual([[1, 1], 2]);
  });

  test("that fails is retried with exponential backoff, logs an ALERT the tenth time, and ends as a dead letter with its error", async () => {
    const dead: string[] = [];
    const worker = await fixture.replica([
      counting({
        mostFailures: 12,
        retrySeconds: 2,
        run: () => Promise.reject(new Error("no")),
        onDead: async (_, key) => void dead.push(key),
      }),
    ]);
    await fixture.later("count", "a");
    for (let failure = 1; failure < 12; failure++) {
      await worker.drain();
      const expected = 2 * 2 ** (failure - 1);
      expect(await waits("a")).toBeGreaterThan(expected * 0.7 - 1);
      expect(await waits("a")).toBeLessThan(expected * 1.3);
      expect(fixture.logged.filter((text) => text.startsWith("ALERT"))).toHaveLength(Math.max(0, failure - 9));
      fixture.wait(expected * 1.3);
    }
    expect(dead).toEqual([]);
    await worker.drain();
    expect(dead).toEqual(["a"]);
    fixture.wait(100_000);
    await worker.drain();
    expect(await fixture.row("count", "a")).toMatchObject({ failures: 12, error: "Error: no", claim: null });
    const [shown] = await fixture.db.sql<Overview>(overview, [fixture.now()]);
    expect(shown).toMatchObject({ kind: "count", dead: 1, due: 0, waiting: 0, errors: ["a: Error: no"] });
  });

  test("is a dead letter with both errors when its `onDead` fails, and rolls back what that wrote", async () => {
    const onDead: Job["onDead"] = async (tx, key) => {
      await tx.sql("insert into effect (kind, key) values ('dead', $1)", [key]);
      throw new Error("no such row");
    };
    const worker = await fixture.replica([counting({ mostFailures: 1, run: () => Promise.reject(new Error("no")), onDead })]);
    await fixture.later("count", "a");
    await worker.drain();
    const row = { dead_at: expect.any(Date) as unknown, error: "Error: no; then Error: no such row", failures: 1, claim: null };
    expect(await fixture.row("count", "a")).toMatchObject(row);
    expect(await fixture.effects("dead")).toEqual([]);
    expect(await fixture.db.sql(stuck, ["count"])).toMatchObject([{ key: "a", error: row.error, deadAt: row.dead_at }]);
  });

  test("that keeps failing is retried every hour, the limit of the backoff", async () => {
    const worker = await fixture.replica([counting({ retrySeconds: 3_000, run: () => Promise.reject(new Error("no")) })]);
    await fixture.later("count", "a");
    await worker.drain();
    fixture.wait(3_751);
    await worker.drain();
    expect(await waits("a")).toBeGreaterThan(3_600 * 0.75 - 1);
    expect(await waits("a")).toBeLessThan(3_600 * 1.25);
  });

  test("that is periodic gets a shorter period at the next start", async () => {
    for (const everySeconds of [3_600, 60]) {
      const worker = await fixture.replica([{ name: "tick", everySeconds, run: async () => {} }]);
      await worker.start()();
      expect(await waits("", "tick")).toBeCloseTo(everySeconds, -1);
    }
  });

  test("does not count outages and NotYet as failures", async () => {
    const errors = [unavailable("down"), new NotYet("busy"), unavailable("down"), new NotYet("busy")];
    const worker = await fixture.replica([
      counting({
        mostFailures: 1,
        async run(key, turn) {
          const error = errors.shift();
          if (error) throw error;
          await effect("count", key, turn);
        },
      }),
    ]);
    await fixture.later("count", "a");
    for (let left = errors.length; left >= 0; left--) {
      await worker.drain();
      fixture.wait(60);
    }
    expect(await fixture.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test("that meets an outage pauses its kind for a second, and no other", async () => {
    let asked = 0;
    const away: Job = { name: "away", run: () => (asked++, Promise.reject(unavailable("down"))) };
    const worker = await fixture.replica([away, counting()]);
    for (let n = 0; n < 30; n++) await fixture.later("away", String(n), inSeconds(-100));
    await fixture.later("count", "a");
    await worker.drain();
    expect(asked).toBe(4); // the concurrency limit
    await fixture.later("count", "b");
    await worker.drain();
    expect([asked, (await fixture.effects("count")).length]).toEqual([4, 2]);
    fixture.wait(2);
    await worker.drain();
    expect(asked).toBe(8); // the next four: those that met the outage have a longer backoff
  });

  test("that is periodic is retried within its period when it fails, and never a dead letter", async () => {
    let runs = 0;
    const worker = await fixture.replica([
      { name: "tick", everySeconds: 60, retrySeconds: 1_000, run: () => (runs++, Promise.reject(new Error("no"))) },
    ]);
    await fixture.later("tick", "");
    for (let run = 1; run <= 25; run++) {
      await worker.drain();
      expect(runs).toBe(run);
      fixture.wait(76);
    }
  });

  test("keeps its error with personal data masked, and without a statement's values, which a database's error has after its first line", async () => {
    const error = new Error("550 <ana@example.com> no such user\ninsert into account values ('Ana Gómez')");
    const worker = await fixture.replica([counting({ run: () => Promise.reject(error) })]);
    await fixture.later("count", "a");
    await worker.drain();
    expect((await fixture.row("count", "a"))!.error).toBe("Error: 550 <[address]> no such user");
  });

  test("that hangs fails at its limit: `over` and its calls to other services are aborted", async () => {
    const signals: AbortSignal[] = [];
    const endless: Job["run"] = (_, { over }) => (signals.push(currentSignal()!, over), new Promise<never>(() => {}));
    const worker = await fixture.replica([counting({ limitSeconds: 0.02, run: endless })]);
    await fixture.later("count", "a");
    await worker.drain();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(await fixture.row("count", "a")).toMatchObject({ claim: null, failures: 1, error: "Error: it was not done after 0.02 s" });
  });
});

describe("replicas", () => {
  test("share what is due, each job once", async () => {
    let runs = 0;
    const counted = counting({ run: async (key, turn) => (runs++, void (await effect("count", key, turn))) });
    const workers = [await fixture.replica([counted]), await fixture.replica([counted]), await fixture.replica([counted])];
    for (let n = 100; n < 160; n++) await fixture.later("count", String(n));
    await Promise.all(workers.map((worker) => worker.drain()));
    for (const worker of workers) await worker.drain(); // rows that one skipped because another had locked them
    const effects = await fixture.effects("count");
    expect([runs, effects.length, ...new Set(effects.map(({ times }) => times))]).toEqual([60, 60, 1]);
  });

  test("take over a job whose lease expired, and the late run is rolled back", async () => {
    const { job, begun, goOn } = halting();
    const [slow, other] = [await fixture.replica([job]), await fixture.replica([counting()])];
    await fixture.later("count", "a");
    const late = slow.drain();
    await begun;
    await other.drain();
    expect(await fixture.effects("count")).toEqual([]); // it is claimed
    fixture.wait(16);
    await other.drain();
    goOn();
    await late;
    expect(await fixture.effects("count")).toEqual([{ key: "a", times: 1 }]);
    expect(await fixture.db.sql("select 1 from job")).toEqual([]);
  });

  test("leave a job alone whose lease is extended by heartbeats, however long it takes", async () => {
    const { job, begun, goOn } = halting();
    const [slow, other] = [await fixture.replica([job]), await fixture.replica([counting()])];
    await fixture.later("count", "a");
    const late = slow.drain();
    await begun;
    for (let beat = 0; beat < 5; beat++) {
      fixture.wait(10);
      await slow.heartbeat();
      await other.drain();
    }
    expect(await fixture.effects("count")).toEqual([]);
    goOn();
    await late;
    expect(await fixture.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test("go on with their own runs when a lease expired because the database was down", async () => {
    const { job, begun, goOn } = halting();
    const slow = await fixture.replica([job]);
    await fixture.later("count", "a");
    const late = slow.drain();
    await begun;
    fixture.wait(16);
    const again = slow.drain(); // it claims its own job again, and does not start a second run
    goOn();
    await Promise.all([late, again]);
    expect(await fixture.effects("count")).toEqual([{ key: "a", times: 1 }]);
    expect(await fixture.db.sql("select 1 from job")).toEqual([]);
  });

  test("run a job again that was rescheduled during its run: the old run is rolled back", async () => {
    const { job, begun, goOn } = halting();
    const worker = await fixture.replica([job]);
    await fixture.later("count", "a");
    const run = worker.drain();
    await begun;
    await fixture.later("count", "a", inSeconds(60));
    const before = await runsThat("taken_over");
    goOn();
    await run;
    expect(await fixture.effects("count")).toEqual([]);
    expect(await runsThat("taken_over")).toBe(before + 1);
    fixture.wait(61);
    await worker.drain();
    expect(await fixture.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test.each<[string, Partial<Job>]>([
    ["asks for another run", { run: async () => inSeconds(5) }],
    ["fails", { run: () => Promise.reject(new Error("no")) }],
    ["fails for the last time", { run: () => Promise.reject(new Error("no")), mostFailures: 1 }],
  ])("leave a rescheduled job as it is when the old run %s", async (_, job) => {
    const dead: string[] = [];
    const rescheduled: Job["run"] = async (key, turn) => {
      await fixture.later("count", key, inSeconds(60));
      return job.run!(key, turn);
    };
    const worker = await fixture.replica([counting({ ...job, run: rescheduled, onDead: async (_, key) => void dead.push(key) })]);
    await fixture.later("count", "a");
    await worker.drain();
    expect(await waits("a")).toBeCloseTo(60, 0);
    expect(await fixture.row("count", "a")).toMatchObject({ claim: null, tries: 0, failures: 0, error: null, dead_at: null });
    expect(dead).toEqual([]);
  });

  test("skip a job that a transaction has locked", async () => {
    const worker = await fixture.replica([counting()]);
    await fixture.later("count", "a");
    await fixture.later("count", "b");
    await fixture.db.transact(async (tx) => {
      await tx.sql("select 1 from job where key = 'a' for update");
      await worker.drain();
      expect(await fixture.effects("count")).toEqual([{ key: "b", times: 1 }]);
    });
  });

  test("keep a lease that is shorter than those of other kinds, by heartbeats that are as frequent", async () => {
    const { job, begun, goOn } = halting();
    const worker = fixture.replicaOf(fixture.db, [{ ...job, leaseSeconds: 12 }], { jobLeaseSeconds: 3_600 });
    await fixture.later("count", "a");
    const stop = worker.start();
    try {
      await begun;
      const { at } = (await fixture.row("count", "a"))!;
      const row = await until(async () => {
        const now = (await fixture.row("count", "a"))!;
        return now.at > at && now;
      });
      expect(row.deaths).toBe(0); // extended, not claimed again after its end
    } finally {
      goOn();
      await stop();
    }
    expect(await fixture.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test("extend the other leases though a transaction has locked one of the claimed jobs", async () => {
    const { job, begun, goOn } = halting();
    const worker = await fixture.replica([job]);
    await fixture.later("count", "a");
    await fixture.later("count", "b");
    const run = worker.drain();
    await begun;
    fixture.wait(10);
    await fixture.db.transact(async (tx) => {
      await tx.sql("select 1 from job where key = 'a' for update");
      await worker.heartbeat();
      expect(await waits("a")).toBeLessThan(6);
      expect(await waits("b")).toBeGreaterThan(12);
    });
    goOn();
    await run;
  });

  test("never shorten a lease by a heartbeat", async () => {
    const { job, begun, goOn } = halting();
    const worker = await fixture.replica([job]);
    await fixture.later("count", "a");
    await fixture.db.sql("update job set deaths = 8"); // which makes its lease 2 ** 8 s
    const run = worker.drain();
    await begun;
    await worker.heartbeat();
    expect(await waits("a")).toBeCloseTo(256, -1);
    goOn();
    await run;
  });

  test("double the lease of a job that kills its process, and make it a dead letter in the end; others are not blocked", async () => {
    await fixture.later("count", "killer");
    let waited = 0;
    for (let death = 1; death <= 20; death++) {
      // As a dead process leaves it: claimed, and not released.
      const rows = await fixture.db.sql<{ key: string }>(claimDue, [["count"], [4], fixture.now(), crypto.randomUUID(), [15]]);
      expect(rows.map(({ key }) => key)).toEqual(["killer"]);
      waited = await waits("killer");
      fixture.wait(waited + 1);
    }
    expect(waited).toBeCloseTo(3_600, -1);
    await fixture.later("count", "innocent");
    await (await fixture.replica([counting()])).drain();
    expect(await fixture.effects("count")).toEqual([{ key: "innocent", times: 1 }]);
    expect(await fixture.row("count", "killer")).toMatchObject({ dead_at: expect.any(Date), error: "Error: its process died 20 times" });
  });

  test("that stop abort `over`, and wait for their running jobs", async () => {
    let callsMayFinish = false;
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const worker = await fixture.replica([
      counting({
        async run(key, turn) {
          begin();
          await new Promise<void>((resolve) => turn.over.addEventListener("abort", () => resolve()));
          callsMayFinish = !currentSignal()!.aborted; // its calls to other services are not aborted
          await effect("count", key, turn);
        },
      }),
    ]);
    const stop = worker.start();
    await fixture.later("count", "a");
    await begun;
    await stop();
    expect([callsMayFinish, await fixture.effects("count")]).toEqual([true, [{ key: "a", times: 1 }]]);
  });

  test("throw TakenOver when the claim was lost", async () => {
    const errors: unknown[] = [];
    const worker = await fixture.replica([
      counting({
        async run(key, turn) {
          await fixture.db.transact((tx) => tx.drop("count", key));
          await effect("count", key, turn).catch((error: unknown) => errors.push(error));
        },
      }),
    ]);
    await fixture.later("count", "a");
    await worker.drain();
    expect(errors).toEqual([expect.any(TakenOver)]);
    expect(await fixture.effects("count")).toEqual([]);
  });
});

test("a commit with a due job wakes the worker of its process at once", async () => {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const worker = fixture.replicaOf(fixture.db, [counting({ run: async () => resolve() })], { jobPollMs: 3_600_000 });
  fixture.db.onJob(worker.wake);
  const stop = worker.start();
  await new Promise((next) => setTimeout(next, 50)); // its first poll found nothing
  await fixture.later("count", "a");
  await done;
  await stop();
});

test("a statement schedules its jobs only when it takes effect", async () => {
  for (const when of ["false", "true"])
    await fixture.db.statement({
      name: `asked ${when}`,
      with: "asked as (select 1)",
      select: "1 as one",
      params: [],
      when,
      jobs: [{ kind: "count", key: when }],
    });
  expect(await fixture.db.sql("select key from job")).toEqual([{ key: "true" }]);
});

test("a worker whose claim fails claims again", async () => {
  let failures = 2;
  const db: typeof fixture.db = {
    ...fixture.db,
    async sql<Row extends object>(...asked: Parameters<typeof fixture.db.sql>) {
      if (failures-- > 0) throw unavailable("down");
      return fixture.db.sql<Row>(...asked);
    },
  };
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await fixture.later("count", "a");
  const stop = fixture.replicaOf(db, [counting({ run: async () => resolve() })], { jobPollMs: 3_600_000 }).start();
  await done;
  await stop();
  expect(fixture.logged).toEqual(Array(2).fill("jobs cannot be claimed: trying again"));
});

test("a worker runs all that is due, and then what is due next, without waiting for its next poll", async () => {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  for (let n = 0; n < 12; n++) await fixture.later("count", String(n));
  await fixture.later("count", "next", inSeconds(1));
  const job = counting({ run: async (key, turn) => (await effect("count", key, turn), key === "next" ? resolve() : undefined) });
  const stop = fixture.replicaOf(fixture.db, [job], { jobPollMs: 3_600_000 }).start();
  await done;
  await stop();
  expect(await fixture.effects("count")).toHaveLength(13);
});
