import { describe, expect, test } from "@jest/globals";
import { Refusal } from "@lacio/chassis/errors";
import { overlap, weekOf, type Shift } from "./shift.ts";

const shift = (wishes: Partial<Shift> = {}): Shift => ({
  weekday: 1,
  start: "09:00",
  end: "13:00",
  everyWeeks: 1,
  validFrom: "",
  validUntil: "",
  ...wishes,
});

describe("two shifts", () => {
  const alternate = { everyWeeks: 2, validFrom: "2026-01-05" };
  test.each<[string, Partial<Shift>, Partial<Shift>, boolean]>([
    ["the same hours", {}, {}, true],
    ["another weekday", {}, { weekday: 2 }, false],
    ["back to back", {}, { start: "13:00", end: "18:00" }, false],
    ["one minute shared", {}, { start: "12:59", end: "24:00" }, true],
    ["the last hour of the day", { start: "23:00", end: "24:00" }, { start: "23:30", end: "23:59" }, true],
    ["one ends before the other begins", { validUntil: "2026-03-31" }, { validFrom: "2026-04-01" }, false],
    ["one Monday in common", { validUntil: "2026-04-06" }, { validFrom: "2026-04-01" }, true],
    ["some days in common but no Monday", { validUntil: "2026-04-05" }, { validFrom: "2026-04-01" }, false],
    ["odd and even weeks", alternate, { everyWeeks: 2, validFrom: "2026-01-12" }, false],
    ["alternate weeks counted from far apart", alternate, { everyWeeks: 2, validFrom: "2026-07-06" }, true],
    ["the week is an ISO week: from a Sunday it is that week's", alternate, { everyWeeks: 2, validFrom: "2026-01-11" }, true],
    ["every 2 and every 3 weeks always meet", alternate, { everyWeeks: 3, validFrom: "2026-01-12" }, true],
    ["every 2 and every 3 weeks, but over before they meet", alternate, { everyWeeks: 3, validFrom: "2026-01-12", validUntil: "2026-01-31" }, false], // prettier-ignore
    ["every 2 and every 4 weeks that never meet", alternate, { everyWeeks: 4, validFrom: "2026-01-12" }, false],
    ["every 7 and every 8 weeks meet once in 56", { everyWeeks: 7, validFrom: "2026-01-05" }, { everyWeeks: 8, validFrom: "2026-01-12" }, true], // prettier-ignore
    ["every week and alternate weeks", {}, alternate, true],
    ["across the turn of the year", { everyWeeks: 2, validFrom: "2025-12-29" }, alternate, false],
  ])("%s", (_, a, b, expected) => {
    expect(overlap(shift(a), shift(b))).toBe(expected);
    expect(overlap(shift(b), shift(a))).toBe(expected);
  });
});

describe("a week", () => {
  test("is kept in one order, with the interval written out", () => {
    const monday = shift({ everyWeeks: 0 });
    const tuesday = shift({ weekday: 2, validFrom: "2028-02-29" });
    expect(weekOf([tuesday, monday])).toEqual([{ ...monday, everyWeeks: 1 }, tuesday]);
  });

  test.each<[string, Partial<Shift>, string]>([
    ["a day that February lacks", { validFrom: "2026-02-30" }, "shifts[1].validFrom"],
    ["29 February outside a leap year", { validUntil: "2026-02-29" }, "shifts[1].validUntil"],
    ["31 April", { validFrom: "2026-04-31" }, "shifts[1].validFrom"],
    ["the year 0", { validFrom: "0000-01-01" }, "shifts[1].validFrom"],
    ["the year 9999", { validUntil: "9999-12-31" }, "shifts[1].validUntil"],
    ["an end before the beginning", { validFrom: "2026-02-02", validUntil: "2026-02-01" }, "shifts[1].validUntil"],
    ["an overlap", { weekday: 1 }, "shifts[1]: overlaps shifts[0]"],
  ])("refuses %s", (_, wishes, field) => {
    const refused = () => weekOf([shift(), shift({ weekday: 2, ...wishes })]);
    expect(refused).toThrow(Refusal);
    expect(refused).toThrow(field);
  });

  test("takes a first and last day that are one", () => {
    expect(weekOf([shift({ validFrom: "2026-02-28", validUntil: "2026-02-28" })])).toHaveLength(1);
  });
});
