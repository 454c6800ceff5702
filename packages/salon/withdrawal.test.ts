import { expect, test } from "@jest/globals";
import { withdrawableUntil } from "./withdrawal.ts";

// 2026: Monday 8 June (Corpus Christi), Monday 29 June (San Pedro y San Pablo) and Tuesday 8 December are holidays.
const late = "2026-12-31T15:00:00-05:00";
test.each([
  ["Monday: until the end of the next Monday", "2026-05-25T10:00:00-05:00", late, "2026-06-02T00:00:00-05:00"],
  [
    "counted from the day after the payment, late in the evening of Bogotá too",
    "2026-06-01T23:30:00-05:00",
    late,
    "2026-06-10T00:00:00-05:00",
  ],
  ["Saturday: Saturdays, Sundays and holidays do not count", "2026-06-27T10:00:00-05:00", late, "2026-07-07T00:00:00-05:00"],
  ["a holiday in the middle of the week", "2026-12-04T10:00:00-05:00", late, "2026-12-15T00:00:00-05:00"],
  ["over the end of the year", "2026-12-30T10:00:00-05:00", "2027-03-01T10:00:00-05:00", "2027-01-08T00:00:00-05:00"],
  ["no right: the visit begins within it", "2026-05-25T10:00:00-05:00", "2026-06-01T23:59:00-05:00", undefined],
  ["the visit begins right after it", "2026-05-25T10:00:00-05:00", "2026-06-02T00:00:00-05:00", "2026-06-02T00:00:00-05:00"],
])("legal floor, paid on %s", (_, paid, starts, until) => {
  expect(withdrawableUntil(new Date(paid), new Date(starts))).toEqual(until === undefined ? undefined : new Date(until));
});
