import { describe, expect, test } from "@jest/globals";
import { Lanes } from "./lanes.ts";
import { Pulse } from "./pulse.ts";

describe("Lanes", () => {
  test("work with one key runs in order, with different keys in parallel up to the limit", async () => {
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

  test("work that fails frees its lane, and the next with its key runs", async () => {
    const lanes = new Lanes(2); // so that the next is queued before the first has failed
    await lanes.run("a", () => Promise.reject(new Error("no")));
    let ran = false;
    await lanes.run("a", async () => void (ran = true));
    await lanes.idle();
    expect(ran).toBe(true);
  });
});

describe("Pulse", () => {
  test("a beat ends the wait, also a beat before it; so does the abort", async () => {
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
