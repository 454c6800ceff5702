import { describe, expect, test } from "@jest/globals";
import { busyParts, visitMinutes } from "./busy-parts.ts";

const busy = (minutes: number) => ({ minutes, busy: true });
const free = (minutes: number) => ({ minutes, busy: false });

describe("one rule per field: busy parts", () => {
  test.each([
    ["one phase", [busy(60)], 0, [[0, 60]]],
    ["a buffer lengthens the last phase", [busy(60)], 10, [[0, 70]]],
    ["touching phases are one part", [busy(30), busy(45)], 0, [[0, 75]]],
    [
      "a processing phase is free",
      [busy(60), free(45), busy(60)],
      15,
      [
        [0, 60],
        [105, 180],
      ],
    ],
    [
      "a buffer after a free last phase stands alone",
      [busy(30), free(30)],
      10,
      [
        [0, 30],
        [60, 70],
      ],
    ],
    ["a free first phase", [free(20), busy(30)], 0, [[20, 50]]],
    ["nobody busy: the whole visit counts", [free(20), free(30)], 0, [[0, 50]]],
  ])("%s", (_, phases, bufferMinutes, expected) => {
    expect(busyParts({ phases, bufferMinutes })).toEqual(expected.flat());
    expect(visitMinutes(phases)).toBe(phases.reduce((sum, { minutes }) => sum + minutes, 0));
  });
});
