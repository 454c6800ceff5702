import { beforeEach, describe, expect, test } from "@jest/globals";
import { withSignal } from "@lacio/chassis/call-context";
import "@lacio/chassis/telemetry-hook";
import { context } from "@opentelemetry/api";
import { createHashQueue, passwordHashes } from "./hash-queue.ts";

const anHourMs = 3_600_000;
const begun: string[] = [];
let finish: (() => void)[] = [];
beforeEach(() => {
  passwordHashes.reset();
  begun.length = 0;
  finish = [];
});

/** A hash that runs until the test calls its `finish`. */
const work = (name: string) => () => {
  begun.push(name);
  return new Promise<string>((resolve) => finish.push(() => resolve(name)));
};
const finishOne = async () => {
  const before = begun.length;
  finish.shift()!();
  await turnsOver();
  return begun.slice(before);
};
const turnsOver = () => new Promise<void>((resolve) => void setImmediate(resolve));
const outcomes = async () =>
  Object.fromEntries((await passwordHashes.get()).values.map(({ labels, value }) => [String(labels.outcome), value])) as Record<
    string,
    number
  >;
const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => {
      const { reason, rawMessage } = error as { reason?: string; rawMessage?: string };
      return reason ?? rawMessage;
    },
  );

test("two at a time; signing in has priority over setting a password, FIFO within a priority", async () => {
  const { inTurn } = createHashQueue(anHourMs);
  const names = ["set password 1", "set password 2", "set password 3", "set password 4", "sign in 1", "sign in 2"];
  const all = names.map((name) => inTurn(name.startsWith("sign in") ? "sign in" : "set password", work(name)));
  expect(begun).toEqual(["set password 1", "set password 2"]);
  for (const next of ["sign in 1", "sign in 2", "set password 3", "set password 4"]) expect(await finishOne()).toEqual([next]);
  while (finish.length > 0) await finishOne();
  expect(await Promise.all(all)).toEqual(names);
  expect(await outcomes()).toEqual({ hashed: 6 });
});

describe("a caller whose wait would be too long", () => {
  /** A queue with a maximum wait of 1 ms, a measured hash duration above it, and both slots taken. */
  async function busy() {
    const { inTurn } = createHashQueue(1);
    await inTurn("sign in", () => new Promise((resolve) => setTimeout(resolve, 5)));
    const running = [inTurn("sign in", work("a")), inTurn("set password", work("b"))];
    return { inTurn, running };
  }

  test("is refused at once, with a retry delay, and nothing is hashed", async () => {
    const { inTurn } = await busy();
    const refused = inTurn("sign in", work("c")).catch((error: unknown) => error);
    expect(await outcomes()).toEqual({ hashed: 1, refused: 1 }); // refused synchronously, not by the timeout
    expect(await refused).toMatchObject({ reason: "too_many_requests", details: [{ value: { retryDelay: { seconds: 1n } } }] });
    expect([begun, await outcomes()]).toEqual([["a", "b"], { hashed: 1, refused: 1 }]);
  });

  test("is let in as soon as a place is free", async () => {
    const { inTurn, running } = await busy();
    finish[0]!();
    await running[0];
    await turnsOver();
    void inTurn("set password", work("c"));
    expect(begun).toEqual(["a", "b", "c"]);
  });

  test("is refused by the timeout instead, before a first hash gives an estimate", async () => {
    const { inTurn } = createHashQueue(1);
    void inTurn("sign in", work("a"));
    void inTurn("sign in", work("b"));
    expect(await reasonOf(inTurn("set password", work("c")))).toBe("too_many_requests");
    expect([await finishOne(), await outcomes()]).toEqual([[], { hashed: 1, refused: 1 }]);
  });
});

describe("a caller who disconnects", () => {
  const calling = (signal: AbortSignal, call: () => Promise<unknown>) => context.with(withSignal(context.active(), signal), call);

  test("while queued is never hashed for, and gives up its place in the queue", async () => {
    const { inTurn } = createHashQueue(anHourMs);
    void inTurn("sign in", work("a"));
    void inTurn("sign in", work("b"));
    const caller = new AbortController();
    const left = calling(caller.signal, () => inTurn("sign in", work("left")));
    void inTurn("sign in", work("c"));
    caller.abort();
    expect(await reasonOf(left)).toBe("nobody waits for the answer any more");
    expect(await finishOne()).toEqual(["c"]);
    expect(await outcomes()).toEqual({ hashed: 1, left: 1 });
  });

  test("before the call is queued is not hashed for either", async () => {
    const { inTurn } = createHashQueue(anHourMs);
    expect(await reasonOf(calling(AbortSignal.abort(), () => inTurn("sign in", work("left"))))).toContain("nobody waits");
    expect(begun).toEqual([]);
  });

  test("in the middle of a hash frees no slot: a hash cannot be cancelled", async () => {
    const { inTurn } = createHashQueue(anHourMs);
    const caller = new AbortController();
    const middle = calling(caller.signal, () => inTurn("sign in", work("a")));
    void inTurn("sign in", work("b"));
    void inTurn("sign in", work("c"));
    caller.abort();
    await turnsOver();
    expect(begun).toEqual(["a", "b"]);
    expect(await finishOne()).toEqual(["c"]);
    expect(await middle).toBe("a");
  });
});
