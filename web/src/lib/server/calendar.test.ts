import { describe, expect, test } from "@jest/globals";
import { arrange, type Hour, type Wish } from "./calendar.ts";

const [ana, luz] = [
  { id: "ana", name: "Ana" },
  { id: "luz", name: "Luz" },
];
const hour = (day: string, time: string, ...staff: Hour["staff"]): Hour => ({
  start: `${day}T${time}:00Z`,
  end: `${day}T${String(Number(time.slice(0, 2)) + 1).padStart(2, "0")}${time.slice(2)}:00Z`,
  staff,
});
const days = ["2026-12-01", "2026-12-02", "2026-12-03"];
const [monday, tuesday] = [days[0]!, days[1]!];
const all = [
  hour(tuesday, "09:00", ana, luz),
  hour(tuesday, "09:15", luz),
  hour(tuesday, "09:30", ana),
  hour(tuesday, "11:00", luz),
  hour(days[2]!, "10:00", ana),
];
const clock = { dayOf: (at: string) => at.slice(0, 10), gridMinutes: 15 };
const look = (wish: Partial<Wish> = {}) => arrange(all, days, { serviceId: "alisado", staffId: "", ...wish }, clock);
const times = (hours: Hour[]) => hours.map(({ start }) => start.slice(11, 16));

describe("two weeks of hours", () => {
  test("open on the first day with room, one start in each half hour", () => {
    const { day, hours, days: shown, chosen } = look();
    expect([day, times(hours), chosen]).toEqual([tuesday, ["09:00", "09:30", "11:00"], undefined]);
    expect(shown).toEqual([
      { day: monday, count: 0 },
      { day: tuesday, count: 3 },
      { day: "2026-12-03", count: 1 },
    ]);
  });

  test("of a grid that is no part of half an hour show all its starts", () => {
    const starts = [hour(tuesday, "09:00", ana), hour(tuesday, "09:20", ana), hour(tuesday, "09:40", ana)];
    const shown = arrange(starts, days, { serviceId: "alisado", staffId: "" }, { ...clock, gridMinutes: 20 });
    expect(times(shown.hours)).toEqual(["09:00", "09:20", "09:40"]);
  });

  test("show a chosen start also between the half hours, and its day", () => {
    expect(look({ start: `${tuesday}T09:15:00Z` })).toMatchObject({ chosen: `${tuesday}T09:15:00Z`, gone: false });
    expect(times(look({ start: `${tuesday}T09:15:00Z` }).hours)).toEqual(["09:00", "09:15", "09:30", "11:00"]);
  });

  test("of one stylist are hers alone; one without room is told, or replaced when whatever comes first will do", () => {
    expect(times(look({ staffId: "luz" }).hours)).toEqual(["09:00", "11:00"]);
    expect(look({ staffId: "eva" })).toMatchObject({ stylistHasNone: true, hours: [], staffId: "eva" });
    expect(look({ staffId: "eva", first: true })).toMatchObject({ stylistHasNone: true, staffId: "", chosen: `${tuesday}T09:00:00Z` });
  });

  test("go on from a full day that was asked for, and say so", () => {
    const full = [hour(monday, "09:00", ana), hour("2026-12-03", "10:00", ana)];
    const wish = { serviceId: "alisado", staffId: "", day: tuesday };
    expect(arrange(full, days, wish, clock)).toMatchObject({ day: "2026-12-03", fullDay: tuesday });
  });
});

describe("a start that was taken", () => {
  const taken = { start: `${tuesday}T09:00:00Z`, taken: true };

  test("is not offered again, and the three nearest are, by time", () => {
    const { gone, chosen, nearest } = look(taken);
    expect([gone, chosen, times(nearest)]).toEqual([true, undefined, ["09:15", "09:30", "11:00"]]);
  });

  test("with one stylist stays free with the other", () => {
    const { nearest } = look({ ...taken, staffId: "ana" });
    expect(nearest[0]).toMatchObject({ start: `${tuesday}T09:00:00Z`, staff: [luz] });
  });
});

test("an hour that she holds already is hers to choose, though nobody is free then", () => {
  const held = { start: `${tuesday}T08:00:00Z`, end: `${tuesday}T09:00:00Z`, staffId: "ana" };
  expect(look({ held })).toMatchObject({ chosen: held.start, day: tuesday, first: { start: held.start, staff: [] } });
  expect(times(look({ held, staffId: "luz" }).hours)).toEqual(["09:00", "11:00"]);
});
