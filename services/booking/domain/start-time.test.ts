import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Refusal } from "@lacio/chassis/errors";
import { expect, test } from "@jest/globals";
import { startTime } from "./start-time.ts";

const now = new Date("2026-12-01T12:00:00Z");
const minute = 60_000;
const year = 365 * 24 * 60 * minute;

test.each<[string, number, string]>([
  ["this very moment", 0, "start_in_past"],
  ["a minute ago", -minute, "start_in_past"],
  ["a minute ahead", minute, "ok"],
  ["a year ahead, to the minute", year, "ok"],
  ["a minute more", year + minute, "start_too_far"],
  ["half a minute ahead", minute / 2, "invalid_argument"],
])("a start %s is %s: %s", (_, ahead, expected) => {
  const start = new Date(now.getTime() + ahead);
  const reason = () => {
    try {
      expect(startTime(timestampFromDate(start), now)).toEqual(start);
      return "ok";
    } catch (error) {
      if (error instanceof Refusal) return error.reason;
      throw error;
    }
  };
  expect(reason()).toBe(expected);
});
