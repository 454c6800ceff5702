import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import type { Bus } from "./bus.ts";
import type { Database } from "./db.ts";
import { createLog } from "./log.ts";
import { createReadiness } from "./readiness.ts";

let lines: [level: string, words: string, away?: string[]][];
const log = createLog("test", "silent");
for (const level of ["info", "warn"] as const)
  log[level] = (({ away }: { away?: string[] }, words: string) => void lines.push([level, words, away])) as typeof log.info;

beforeEach(() => {
  lines = [];
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate"] });
});
afterEach(() => void jest.useRealTimers());

const refused = () =>
  Promise.reject(Object.assign(new Error("fetch failed"), { cause: Object.assign(new Error(""), { code: "ECONNREFUSED" }) }));
const never = () => new Promise<never>(() => {});

test("what is away is said in one line: after two seconds, then every ten, until everything has answered", async () => {
  const readiness = createReadiness(log);
  void readiness.once("nats", "nats:4222", never);
  void readiness.once("auth's keys", "http://auth:8081/", refused);
  await new Promise(setImmediate);
  const away = ["nats at nats:4222: no answer yet", "auth's keys at http://auth:8081/: ECONNREFUSED"];
  jest.advanceTimersByTime(1_999);
  expect(lines).toEqual([]);
  expect(await readiness.problems()).toEqual(away);
  jest.advanceTimersByTime(1);
  expect(lines).toEqual([["warn", "not ready", away]]);
  jest.advanceTimersByTime(9_999);
  expect(lines).toHaveLength(1);
  jest.advanceTimersByTime(1);
  expect(lines).toHaveLength(2);
});

test("once ready, only database and broker count", async () => {
  let [database, connected] = [true, true];
  const query = () => (database ? Promise.resolve() : Promise.reject(new Error("terminating connection")));
  const db = { pool: { query } } as unknown as Database;
  const bus = { nc: { isClosed: () => !connected, info: {} } } as unknown as Bus;
  const readiness = createReadiness(log);
  expect(await readiness.once("auth's keys", "http://auth:8081/", () => Promise.resolve("keys"))).toBe("keys");
  expect(await readiness.problems()).toEqual(["starting"]);
  expect(readiness.serving()).toBe(false);
  readiness.watch({ db, bus });
  readiness.ready({});
  expect(readiness.serving()).toBe(true);
  expect(await readiness.problems()).toEqual([]);
  [database, connected] = [false, false];
  jest.advanceTimersByTime(1_001);
  expect(await readiness.problems()).toEqual(["database: terminating connection", "nats: not connected"]);
  readiness.drain();
  expect(readiness.serving()).toBe(false);
  expect((await readiness.problems())[0]).toBe("draining");
  jest.advanceTimersByTime(60_000);
  expect(lines).toEqual([["info", "ready", undefined]]);
});

test("while others are still away, a database and a broker that go away again are said, too", async () => {
  const db = { pool: { query: () => Promise.reject(new Error("terminating connection")) } } as unknown as Database;
  const bus = { nc: { isClosed: () => true } } as unknown as Bus;
  const readiness = createReadiness(log);
  void readiness.once("auth's keys", "http://auth:8081/", never);
  readiness.watch({ db, bus });
  const problems = ["auth's keys at http://auth:8081/: no answer yet", "database: terminating connection", "nats: not connected"];
  expect(await readiness.problems()).toEqual(problems);
  jest.advanceTimersByTime(2_000);
  expect(lines).toEqual([["warn", "not ready", problems]]);
});

test("who is away is asked again soon at first, and then at least every two seconds", async () => {
  const asked: number[] = [];
  void createReadiness(log).once("nats", "nats:4222", () => {
    asked.push(Date.now());
    return refused();
  });
  await jest.advanceTimersByTimeAsync(30_000);
  const waits = asked.slice(1).map((at, index) => at - asked[index]!);
  expect(waits[0]).toBeLessThanOrEqual(250);
  expect(Math.max(...waits)).toBeLessThanOrEqual(2_000);
  expect(Math.min(...waits.slice(3))).toBeGreaterThanOrEqual(999);
});

test("what is not worth asking again is thrown", async () => {
  const wrong = new Error("no such table");
  await expect(
    createReadiness(log).once(
      "preparation",
      "postgres:5432",
      () => Promise.reject(wrong),
      () => false,
    ),
  ).rejects.toBe(wrong);
});
