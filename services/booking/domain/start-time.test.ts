import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Refusal } from "@lacio/chassis/errors";
import { usualSettings } from "@lacio/salon/settings";
import { describe, expect, test } from "@jest/globals";
import type { By } from "./booking-schema.ts";
import { startTime } from "./start-time.ts";

// A Tuesday, seven in the morning in Bogotá.
const now = new Date("2026-12-01T12:00:00Z");
const reasonOf = (start: Date | string, by: By, settings = {}, zone = "America/Bogota") => {
  try {
    const at = new Date(start);
    expect(startTime(timestampFromDate(at), by, { ...usualSettings, ...settings }, { zone, now })).toEqual(at);
    return "ok";
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
};

describe("one setting, one place", () => {
  test.each<[string, string, string, string]>([
    ["this very moment", "2026-12-01T12:00:00Z", "start_in_past", "start_in_past"],
    ["the minute before", "2026-12-01T11:59:00Z", "start_in_past", "start_in_past"],
    ["within the lead time", "2026-12-01T13:45:00Z", "start_too_soon", "ok"],
    ["at its end", "2026-12-01T14:00:00Z", "ok", "ok"],
    ["off the grid", "2026-12-02T15:07:00Z", "start_off_grid", "ok"],
    ["not of a full minute", "2026-12-02T15:00:30Z", "invalid_argument", "invalid_argument"],
    ["at the end of the last day", "2027-12-02T04:45:00Z", "ok", "ok"],
    ["on the day after it", "2027-12-02T05:00:00Z", "start_too_far", "start_too_far"],
  ])("a start %s (%s): %s for a client, %s for the desk", (_, start, client, desk) => {
    expect([reasonOf(start, "CLIENT"), reasonOf(start, "SALON")]).toEqual([client, desk]);
  });

  test("the salon's settings count, not the usual ones", () => {
    expect(reasonOf("2026-12-02T15:15:00Z", "CLIENT", { gridMinutes: 30 })).toBe("start_off_grid");
    expect(reasonOf("2026-12-01T12:15:00Z", "CLIENT", { bookableFromMinutes: 0 })).toBe("ok");
    expect(reasonOf("2026-12-31T15:00:00Z", "CLIENT", { bookableDaysAhead: 30 })).toBe("ok");
    expect(reasonOf("2027-01-01T15:00:00Z", "CLIENT", { bookableDaysAhead: 30 })).toBe("start_too_far");
  });

  test("grid and days are the salon's wall clock's", () => {
    expect(reasonOf("2026-12-02T15:15:00Z", "CLIENT", {}, "Asia/Kathmandu")).toBe("ok"); // 21:00
    expect(reasonOf("2026-12-02T15:15:00Z", "CLIENT", { gridMinutes: 30 }, "Asia/Kathmandu")).toBe("ok");
    expect(reasonOf("2026-12-31T18:30:00Z", "CLIENT", { bookableDaysAhead: 30 }, "Asia/Kathmandu")).toBe("start_too_far"); // 0:15 on the next day
  });

  test("a refusal names the field that the caller sent", () => {
    const past = timestampFromDate(new Date(now.getTime() - 1));
    for (const field of [undefined, "start"])
      expect(() => startTime(past, "SALON", usualSettings, { zone: "America/Bogota", now, field })).toThrow(`${field ?? "desiredStart"}: `);
  });
});
