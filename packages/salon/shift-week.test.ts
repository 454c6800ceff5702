import { describe, expect, test } from "@jest/globals";
import { isShiftWeek, weekdayOf } from "./shift-week.ts";

const epoch = Temporal.PlainDate.from("1970-01-01");
const dayOf = (date: string) => epoch.until(Temporal.PlainDate.from(date)).days;

describe("one rule per field: a shift's weeks", () => {
  test("the weekday is the calendar's, before 1970 too", () => {
    for (let day = -800; day < 30_000; day += 13) expect(weekdayOf(day)).toBe(epoch.add({ days: day }).dayOfWeek);
  });

  test.each([
    ["every week", 1, "2026-01-01", "2026-01-05", true],
    ["0 is every week", 0, "2026-01-01", "2026-01-05", true],
    ["without a first day", 2, null, "2026-01-05", true],
    ["the first day's own week, which began in another year", 2, "2026-01-01", "2025-12-29", true],
    ["its Sunday", 2, "2026-01-01", "2026-01-04", true],
    ["the Monday after", 2, "2026-01-01", "2026-01-05", false],
    ["two weeks on", 2, "2026-01-01", "2026-01-12", true],
    ["a year of 53 weeks changes no turn", 2, "2026-12-21", "2027-01-04", true],
    ["every third week", 3, "2026-01-01", "2026-01-19", true],
    ["every third week, the second", 3, "2026-01-01", "2026-01-12", false],
    ["before the first day", 2, "2026-01-12", "2025-12-29", true],
    ["before 1970", 2, "1969-12-22", "1970-01-05", true],
  ])("%s", (_, everyWeeks, first, date, worked) => {
    expect(isShiftWeek(everyWeeks, first === null ? null : dayOf(first), dayOf(date))).toBe(worked);
  });
});
