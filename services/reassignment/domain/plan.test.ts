import { describe, expect, test } from "@jest/globals";
import { busyParts } from "@lacio/salon/busy-parts";
import fc from "fast-check";
import { plan } from "./plan.ts";
import { overlap, type Visit } from "./visit.ts";

const visit = (id: string, start: number, candidates: string, ...busy: [number, number][]): Visit => ({
  ...{ id, start, candidates: [...candidates] },
  busy: (busy.length > 0 ? busy : [[0, 60] as const]).map(([from, to]) => [start + from, start + to]),
});
const planned = (...visits: Visit[]) => Object.fromEntries(plan(visits));

describe("a plan", () => {
  test("gives the only stylist of the second visit to the second, though the first could have her", () => {
    expect(planned(visit("1", 0, "ab"), visit("2", 0, "a"))).toEqual({ 1: "b", 2: "a" });
  });

  test("gives one stylist visits whose busy parts only touch, or lie in each other's pauses", () => {
    expect(planned(visit("1", 0, "a"), visit("2", 60, "a"))).toEqual({ 1: "a", 2: "a" });
    expect(planned(visit("1", 0, "a", [0, 30], [90, 120]), visit("2", 30, "a"))).toEqual({ 1: "a", 2: "a" });
  });

  test("spreads visits fairly: to who has fewest in it, of equals to the first in availability's order", () => {
    expect(planned(visit("1", 0, "ab"), visit("2", 120, "ab"), visit("3", 240, "ab"))).toEqual({ 1: "a", 2: "b", 3: "a" });
    expect(planned(visit("1", 0, "ba"), visit("2", 120, "ba"))).toEqual({ 1: "b", 2: "a" });
  });

  test("keeps the earlier of two visits that only one stylist could take, and two instead of a long one", () => {
    expect(planned(visit("2", 30, "a"), visit("1", 0, "a"))).toEqual({ 1: "a" });
    expect(planned(visit("long", 0, "a", [0, 240]), visit("1", 10, "a"), visit("2", 100, "a"))).toEqual({ 1: "a", 2: "a" });
  });

  test("leaves out whom nobody can take; without visits it is empty", () => {
    expect(planned(visit("1", 0, ""), visit("2", 0, "a"))).toEqual({ 2: "a" });
    expect(planned()).toEqual({});
  });
});

// A day with two absent stylists: eight visits between 8:00 and 18:00, and six others who could take them.
const layout = fc.record({
  phases: fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 12 }).map((n) => n * 10), busy: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
  bufferMinutes: fc.constantFrom(0, 10, 15),
});
const lost = fc.record({ layout, start: fc.integer({ min: 0, max: 40 }), candidates: fc.shuffledSubarray([..."abcdef"]) });
const day = fc.array(lost, { minLength: 1, maxLength: 8 }).map((visits) =>
  visits.map(({ layout, start, candidates }, index): Visit => {
    const at = start * 15;
    const parts = busyParts(layout);
    const busy = Array.from({ length: parts.length / 2 }, (_, i): [number, number] => [at + parts[2 * i]!, at + parts[2 * i + 1]!]);
    return { id: String(index), start: at, busy, candidates };
  }),
);

// Every plan there is, without any of the planner's shortcuts.
function bruteForce(visits: Visit[], taken: [string, Visit][] = []): number {
  const [first, ...rest] = visits;
  if (!first) return taken.length;
  const free = first.candidates.filter((staffId) => !taken.some(([by, other]) => by === staffId && overlap(first, other)));
  return Math.max(bruteForce(rest, taken), ...free.map((staffId) => bruteForce(rest, [...taken, [staffId, first]])));
}

test("on random days a plan serves as many visits as any could, each by a candidate, none overlapping another of the same stylist", () => {
  const seed = Number(process.env.PLAN_SEED ?? crypto.getRandomValues(new Int32Array(1))[0]);
  console.log(`PLAN_SEED=${seed}`);
  fc.assert(
    fc.property(day, (visits) => {
      const result = plan(visits);
      expect(result.size).toBe(bruteForce(visits));
      const served = visits.filter(({ id }) => result.has(id));
      for (const one of served) {
        expect(one.candidates).toContain(result.get(one.id));
        for (const other of served)
          if (one !== other && result.get(one.id) === result.get(other.id)) expect(overlap(one, other)).toBe(false);
      }
    }),
    { seed, numRuns: Number(process.env.PLAN_DAYS ?? 50) },
  );
});

test("a day with many visits and few stylists is planned as exactly, and bounds keep the search small", () => {
  // Thirty visits of an hour, one each ten minutes, for three stylists: at most three at once.
  const visits = Array.from({ length: 30 }, (_, n) => visit(String(n).padStart(2, "0"), n * 10, "abc"));
  expect(plan(visits).size).toBe(15);
});
