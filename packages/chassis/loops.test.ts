import { describe, expect, test } from "@jest/globals";
import { Lanes } from "./lanes.ts";
import { paged, pageOf } from "./paging.ts";
import { Pulse } from "./pulse.ts";

describe("Lanes", () => {
  test("work with one key runs in order, work with others beside it, never more than the limit", async () => {
    const lanes = new Lanes(3);
    const order: string[] = [];
    let running = 0;
    let most = 0;
    for (const [key, n] of [
      ["a", 1],
      ["a", 2],
      ["b", 1],
      ["c", 1],
      ["a", 3],
      ["b", 2],
    ] as const) {
      await lanes.run(key, async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${key}${n}`);
        running--;
      });
    }
    await lanes.idle();
    expect(order.filter((entry) => entry.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
    expect(order.filter((entry) => entry.startsWith("b"))).toEqual(["b1", "b2"]);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  test("work that fails gives its place back", async () => {
    const lanes = new Lanes(1);
    await lanes.run("a", () => Promise.reject(new Error("no")));
    let ran = false;
    await lanes.run("a", async () => void (ran = true));
    await lanes.idle();
    expect(ran).toBe(true);
  });
});

describe("Pulse", () => {
  test("a beat ends the wait, also one that came before it; so does the end", async () => {
    const pulse = new Pulse(3_600_000);
    const end = new AbortController();
    pulse.beat();
    await pulse.wait(end.signal);
    const waiting = pulse.wait(end.signal);
    pulse.beat();
    await waiting;
    const last = pulse.wait(end.signal);
    end.abort();
    await last;
    await pulse.wait(end.signal);
  });
});

describe("pages", () => {
  test("a list is walked to its end by its tokens", () => {
    const all = ["a", "b", "c", "d", "e"];
    const walk = (pageToken: string): string[] => {
      const { size, limit, after } = pageOf({ pageSize: 2, pageToken });
      const { rows, nextPageToken } = paged(all.filter((row) => !after || row > after[0]!).slice(0, limit), size, (row) => [row]);
      return nextPageToken ? [...rows, ...walk(nextPageToken)] : rows;
    };
    expect(walk("")).toEqual(all);
  });

  test.each([
    "x",
    "!!",
    Buffer.from('["a","b"]').toString("base64url"),
    Buffer.from('{"a":1}').toString("base64url"),
    Buffer.from("[1]").toString("base64url"),
  ])("the foreign token %s is refused", (pageToken) => {
    expect(() => pageOf({ pageSize: 0, pageToken })).toThrow(/pageToken/);
  });
});
