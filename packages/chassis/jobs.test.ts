import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { currentSignal } from "./call-context.ts";
import { unavailable } from "./errors.ts";
import { NotYet, TakenOver, type Job, type Turn } from "./jobs.ts";
import { claimDue, overview, type Overview } from "./job-rows.ts";
import { startJobs, type JobsHouse } from "./testing/jobs.ts";

let house: JobsHouse;
beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()); // as telemetry-hook does
  house = await startJobs();
});
afterAll(async () => {
  await house?.stop();
  context.disable();
});
beforeEach(() => house.clear());

const effect = (kind: string, key: string, { end }: Turn) =>
  end((tx) => tx.sql("insert into effect (kind, key) values ($1, $2)", [kind, key]));
const counting = (wishes: Partial<Job> = {}): Job => ({
  name: "count",
  run: async (key, turn) => void (await effect("count", key, turn)),
  ...wishes,
});
const inSeconds = (seconds: number) => new Date(house.now().getTime() + seconds * 1_000);
const waits = async (key: string, kind = "count") => ((await house.row(kind, key))!.at.getTime() - house.now().getTime()) / 1_000;

/** A job that stops in the middle until it is let go on. */
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
  test("is owed when its cause commits, done when it is due, and gone with its effect", async () => {
    const worker = await house.replica([counting()]);
    await expect(
      house.db.transact(async (tx) => {
        tx.later("count", "never");
        throw new Error("rolled back");
      }),
    ).rejects.toThrow();
    await house.later("count", "now");
    await house.later("count", "soon", inSeconds(60));
    await worker.drain();
    expect(await house.effects("count")).toEqual([{ key: "now", times: 1 }]);
    house.wait(61);
    await worker.drain();
    expect(await house.effects("count")).toEqual([
      { key: "now", times: 1 },
      { key: "soon", times: 1 },
    ]);
    expect(await house.db.sql("select 1 from job")).toEqual([]);
  });

  test("is one per key: asked for again it is moved, also a dead one; dropped it is not done", async () => {
    const worker = await house.replica([counting({ mostFailures: 1, run: () => Promise.reject(new Error("no")) })]);
    await house.later("count", "a", inSeconds(60));
    await house.later("count", "a", inSeconds(30));
    await house.later("count", "b", inSeconds(30));
    expect(await waits("a")).toBeCloseTo(30, 0);
    await house.db.transact((tx) => tx.drop("count", "b"));
    house.wait(31);
    await worker.drain();
    expect(await house.row("count", "a")).toMatchObject({ failures: 1, error: "Error: no", dead_at: expect.any(Date) });
    await house.later("count", "a");
    await (await house.replica([counting()])).drain();
    expect(await house.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test("that answers a time runs again then, as if for the first time; a periodic one by its period", async () => {
    const tries: number[] = [];
    const again = counting({ run: async (_, turn) => (tries.push(turn.tries), inSeconds(100)) });
    let ticks = 0;
    const tick: Job = { name: "tick", everySeconds: 60, run: async () => void ticks++ };
    const worker = await house.replica([again, tick]);
    const stop = worker.start();
    await house.later("count", "a");
    while (ticks === 0 || tries.length === 0 || (await house.row("count", "a"))?.claim)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await stop();
    expect(await waits("a")).toBeCloseTo(100, 0);
    expect(await waits("", "tick")).toBeGreaterThan(50);
    house.wait(101);
    await worker.drain();
    expect([tries, ticks]).toEqual([[1, 1], 2]);
  });

  test("that fails is tried ever later, calls a person the tenth time, and is a dead letter with its cause in the end", async () => {
    const dead: string[] = [];
    const worker = await house.replica([
      counting({
        mostFailures: 12,
        retrySeconds: 2,
        run: () => Promise.reject(new Error("no")),
        onDead: async (_, key) => void dead.push(key),
      }),
    ]);
    await house.later("count", "a");
    for (let failure = 1; failure < 12; failure++) {
      await worker.drain();
      const expected = 2 * 2 ** (failure - 1);
      expect(await waits("a")).toBeGreaterThan(expected * 0.7 - 1);
      expect(await waits("a")).toBeLessThan(expected * 1.3);
      expect(house.logged.filter((text) => text.startsWith("ALERT"))).toHaveLength(Math.max(0, failure - 9));
      house.wait(expected * 1.3);
    }
    expect(dead).toEqual([]);
    await worker.drain();
    expect(dead).toEqual(["a"]);
    house.wait(100_000);
    await worker.drain();
    expect(await house.row("count", "a")).toMatchObject({ failures: 12, error: "Error: no", claim: null });
    const [shown] = await house.db.sql<Overview>(overview, [house.now()]);
    expect(shown).toMatchObject({ kind: "count", dead: 1, due: 0, waiting: 0, errors: ["a: Error: no"] });
  });

  test("that keeps failing is tried every hour", async () => {
    const worker = await house.replica([counting({ retrySeconds: 3_000, run: () => Promise.reject(new Error("no")) })]);
    await house.later("count", "a");
    await worker.drain();
    house.wait(3_751);
    await worker.drain();
    expect(await waits("a")).toBeGreaterThan(3_600 * 0.75 - 1);
    expect(await waits("a")).toBeLessThan(3_600 * 1.25);
  });

  test("that repeats has a shorter period from the next start on", async () => {
    for (const everySeconds of [3_600, 60]) {
      const worker = await house.replica([{ name: "tick", everySeconds, run: async () => {} }]);
      await worker.start()();
      expect(await waits("", "tick")).toBeCloseTo(everySeconds, -1);
    }
  });

  test("loses nothing to an outage, nor to an answer of not yet: these are no failures of its own", async () => {
    const errors = [unavailable("down"), new NotYet("busy"), unavailable("down"), new NotYet("busy")];
    const worker = await house.replica([
      counting({
        mostFailures: 1,
        async run(key, turn) {
          const error = errors.shift();
          if (error) throw error;
          await effect("count", key, turn);
        },
      }),
    ]);
    await house.later("count", "a");
    for (let left = errors.length; left >= 0; left--) {
      await worker.drain();
      house.wait(60);
    }
    expect(await house.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test("that meets an outage holds its kind up for a moment, and no other", async () => {
    let asked = 0;
    const away: Job = { name: "away", run: () => (asked++, Promise.reject(unavailable("down"))) };
    const worker = await house.replica([away, counting()]);
    for (let n = 0; n < 30; n++) await house.later("away", String(n), inSeconds(-100));
    await house.later("count", "a");
    await worker.drain();
    expect(asked).toBe(4); // as many as are tried at once
    await house.later("count", "b");
    await worker.drain();
    expect([asked, (await house.effects("count")).length]).toEqual([4, 2]);
    house.wait(2);
    await worker.drain();
    expect(asked).toBe(8); // and those that met it wait longer than those that did not
  });

  test("that is periodic keeps its period when it fails, and is never given up", async () => {
    let runs = 0;
    const worker = await house.replica([
      { name: "tick", everySeconds: 60, retrySeconds: 1_000, run: () => (runs++, Promise.reject(new Error("no"))) },
    ]);
    await house.later("tick", "");
    for (let run = 1; run <= 25; run++) {
      await worker.drain();
      expect(runs).toBe(run);
      house.wait(76);
    }
  });

  test("has a cause without people's data", async () => {
    const worker = await house.replica([counting({ run: () => Promise.reject(new Error("550 <ana@example.com> no such user")) })]);
    await house.later("count", "a");
    await worker.drain();
    expect((await house.row("count", "a"))!.error).toBe("Error: 550 <[address]> no such user");
  });

  test("that never ends is given up after its limit, is told so, and the calls it makes to others end", async () => {
    const signals: AbortSignal[] = [];
    const endless: Job["run"] = (_, { over }) => (signals.push(currentSignal()!, over), new Promise<never>(() => {}));
    const worker = await house.replica([counting({ limitSeconds: 0.02, run: endless })]);
    await house.later("count", "a");
    await worker.drain();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(await house.row("count", "a")).toMatchObject({ claim: null, failures: 1, error: "Error: it was not done after 0.02 s" });
  });
});

describe("replicas", () => {
  test("share what is due, each job once", async () => {
    let runs = 0;
    const counted = counting({ run: async (key, turn) => (runs++, void (await effect("count", key, turn))) });
    const workers = [await house.replica([counted]), await house.replica([counted]), await house.replica([counted])];
    for (let n = 100; n < 160; n++) await house.later("count", String(n));
    await Promise.all(workers.map((worker) => worker.drain()));
    for (const worker of workers) await worker.drain(); // what one of them had locked when another looked
    const effects = await house.effects("count");
    expect([runs, effects.length, ...new Set(effects.map(({ times }) => times))]).toEqual([60, 60, 1]);
  });

  test("take over from one whose lease is over, and what that one does later is not kept", async () => {
    const { job, begun, goOn } = halting();
    const [slow, other] = [await house.replica([job]), await house.replica([counting()])];
    await house.later("count", "a");
    const late = slow.drain();
    await begun;
    await other.drain();
    expect(await house.effects("count")).toEqual([]); // it is in hand
    house.wait(16);
    await other.drain();
    goOn();
    await late;
    expect(await house.effects("count")).toEqual([{ key: "a", times: 1 }]);
    expect(await house.db.sql("select 1 from job")).toEqual([]);
  });

  test("leave a job alone whose lease is extended by heartbeats, however long it takes", async () => {
    const { job, begun, goOn } = halting();
    const [slow, other] = [await house.replica([job]), await house.replica([counting()])];
    await house.later("count", "a");
    const late = slow.drain();
    await begun;
    for (let beat = 0; beat < 5; beat++) {
      house.wait(10);
      await slow.heartbeat();
      await other.drain();
    }
    expect(await house.effects("count")).toEqual([]);
    goOn();
    await late;
    expect(await house.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test("go on with their own runs when a lease ended because the database was away", async () => {
    const { job, begun, goOn } = halting();
    const slow = await house.replica([job]);
    await house.later("count", "a");
    const late = slow.drain();
    await begun;
    house.wait(16);
    const again = slow.drain(); // it claims its own job anew, and does not begin it twice
    goOn();
    await Promise.all([late, again]);
    expect(await house.effects("count")).toEqual([{ key: "a", times: 1 }]);
    expect(await house.db.sql("select 1 from job")).toEqual([]);
  });

  test("do anew what is asked for anew while it is being done: the old run keeps nothing", async () => {
    const { job, begun, goOn } = halting();
    const worker = await house.replica([job]);
    await house.later("count", "a");
    const run = worker.drain();
    await begun;
    await house.later("count", "a", inSeconds(60));
    goOn();
    await run;
    expect(await house.effects("count")).toEqual([]);
    house.wait(61);
    await worker.drain();
    expect(await house.effects("count")).toEqual([{ key: "a", times: 1 }]);
  });

  test.each<[string, Partial<Job>]>([
    ["wants another turn", { run: async () => inSeconds(5) }],
    ["fails", { run: () => Promise.reject(new Error("no")) }],
    ["fails for the last time", { run: () => Promise.reject(new Error("no")), mostFailures: 1 }],
  ])("leave what is asked for anew as it is when the old run %s", async (_, job) => {
    const dead: string[] = [];
    const askedAnew: Job["run"] = async (key, turn) => {
      await house.later("count", key, inSeconds(60));
      return job.run!(key, turn);
    };
    const worker = await house.replica([counting({ ...job, run: askedAnew, onDead: async (_, key) => void dead.push(key) })]);
    await house.later("count", "a");
    await worker.drain();
    expect(await waits("a")).toBeCloseTo(60, 0);
    expect(await house.row("count", "a")).toMatchObject({ claim: null, tries: 0, failures: 0, error: null, dead_at: null });
    expect(dead).toEqual([]);
  });

  test("pass by a job that a transaction has locked", async () => {
    const worker = await house.replica([counting()]);
    await house.later("count", "a");
    await house.later("count", "b");
    await house.db.transact(async (tx) => {
      await tx.sql("select 1 from job where key = 'a' for update");
      await worker.drain();
      expect(await house.effects("count")).toEqual([{ key: "b", times: 1 }]);
    });
  });

  test("extend the other leases though a transaction has locked one of the jobs in hand", async () => {
    const { job, begun, goOn } = halting();
    const worker = await house.replica([job]);
    await house.later("count", "a");
    await house.later("count", "b");
    const run = worker.drain();
    await begun;
    house.wait(10);
    await house.db.transact(async (tx) => {
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
    const worker = await house.replica([job]);
    await house.later("count", "a");
    await house.db.sql("update job set deaths = 8"); // so it waits longer, should its process die
    const run = worker.drain();
    await begun;
    await worker.heartbeat();
    expect(await waits("a")).toBeCloseTo(256, -1);
    goOn();
    await run;
  });

  test("wait ever longer for a job that kills whoever does it, and bury it in the end; it stops no other", async () => {
    await house.later("count", "killer");
    let waited = 0;
    for (let death = 1; death <= 20; death++) {
      // As a process leaves it that dies: claimed, and not given back.
      const rows = await house.db.sql<{ key: string }>(claimDue, [["count"], [4], house.now(), crypto.randomUUID(), [15]]);
      expect(rows.map(({ key }) => key)).toEqual(["killer"]);
      waited = await waits("killer");
      house.wait(waited + 1);
    }
    expect(waited).toBeCloseTo(3_600, -1);
    await house.later("count", "innocent");
    await (await house.replica([counting()])).drain();
    expect(await house.effects("count")).toEqual([{ key: "innocent", times: 1 }]);
    expect(await house.row("count", "killer")).toMatchObject({ dead_at: expect.any(Date), error: "Error: whoever did it died" });
  });

  test("that stop finish what they have in hand, and tell it", async () => {
    let told = false;
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const worker = await house.replica([
      counting({
        async run(key, turn) {
          begin();
          await new Promise<void>((resolve) => turn.over.addEventListener("abort", () => resolve()));
          told = !currentSignal()!.aborted; // its calls to others may finish
          await effect("count", key, turn);
        },
      }),
    ]);
    const stop = worker.start();
    await house.later("count", "a");
    await begun;
    await stop();
    expect([told, await house.effects("count")]).toEqual([true, [{ key: "a", times: 1 }]]);
  });

  test("say that a job was taken over", async () => {
    const errors: unknown[] = [];
    const worker = await house.replica([
      counting({
        async run(key, turn) {
          await house.db.transact((tx) => tx.drop("count", key));
          await effect("count", key, turn).catch((error: unknown) => errors.push(error));
        },
      }),
    ]);
    await house.later("count", "a");
    await worker.drain();
    expect(errors).toEqual([expect.any(TakenOver)]);
    expect(await house.effects("count")).toEqual([]);
  });
});

test("a commit with a due job wakes the worker of its process at once", async () => {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const worker = house.replicaOf(house.db, [counting({ run: async () => resolve() })], { jobPollMs: 3_600_000 });
  house.db.onJob(worker.wake);
  const stop = worker.start();
  await new Promise((next) => setTimeout(next, 50)); // it has looked, and found nothing
  await house.later("count", "a");
  await done;
  await stop();
});

test("a statement owes its jobs only where it takes effect", async () => {
  for (const when of ["false", "true"])
    await house.db.statement({
      name: `asked ${when}`,
      with: "asked as (select 1)",
      select: "1 as one",
      params: [],
      when,
      jobs: [{ kind: "count", key: when }],
    });
  expect(await house.db.sql("select key from job")).toEqual([{ key: "true" }]);
});

test("a worker whose claim fails claims again", async () => {
  let failures = 2;
  const db: typeof house.db = {
    ...house.db,
    async sql<Row extends object>(...asked: Parameters<typeof house.db.sql>) {
      if (failures-- > 0) throw unavailable("down");
      return house.db.sql<Row>(...asked);
    },
  };
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await house.later("count", "a");
  const stop = house.replicaOf(db, [counting({ run: async () => resolve() })], { jobPollMs: 3_600_000 }).start();
  await done;
  await stop();
  expect(house.logged).toEqual(Array(2).fill("jobs cannot be claimed: trying again"));
});

test("a worker does all that is due, and then what is due next, without waiting for its next look", async () => {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  for (let n = 0; n < 12; n++) await house.later("count", String(n));
  await house.later("count", "next", inSeconds(1));
  const job = counting({ run: async (key, turn) => (await effect("count", key, turn), key === "next" ? resolve() : undefined) });
  const stop = house.replicaOf(house.db, [job], { jobPollMs: 3_600_000 }).start();
  await done;
  await stop();
  expect(await house.effects("count")).toHaveLength(13);
});
