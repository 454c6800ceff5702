import { describe, expect, test } from "@jest/globals";
import type { Calendar, Phase, Shift, Spans, StylistCalendar } from "./calendar.ts";
import { candidates } from "./candidates.ts";
import { freeSlots, nearest } from "./free-slots.ts";
import { localDays, localDaysAround, parseDay } from "./local-days.ts";

// A Monday far from any DST transition.
const monday = "2027-05-10";

describe("free starts", () => {
  test.each<[sentence: string, salon: Salon, expected: string[]]>([
    ["fill a shift to its very end", { shifts: [hours("09:00", "11:00")] }, ["09:00", "09:30", "10:00"]],
    [
      "begin where a booking ends and end where one begins",
      { shifts: [hours("09:00", "12:00")], busy: ["10:00", "11:00"] },
      ["09:00", "11:00"],
    ],
    [
      "leave room for the buffer, also at the end of the shift",
      { shifts: [hours("09:00", "12:00")], buffer: 15 },
      ["09:00", "09:30", "10:00", "10:30"],
    ],
    ["are none when time off covers the shift", { shifts: [hours("09:00", "11:00")], timeOff: ["00:00", "23:00"] }, []],
    ["run over two shifts that touch", { shifts: [hours("09:00", "10:00"), hours("10:00", "11:00")] }, ["09:00", "09:30", "10:00"]],
    ["do not run over a lunch break", { shifts: [hours("09:00", "10:00"), hours("10:30", "11:30")] }, ["09:00", "10:30"]],
    [
      "use a lunch break for a phase that needs nobody",
      { shifts: [hours("09:00", "10:00"), hours("10:30", "11:30")], phases: [busy(60), free(30), busy(60)] },
      ["09:00"],
    ],
    [
      "use another client's booking for such a phase",
      { shifts: [hours("09:00", "12:00")], busy: ["10:00", "10:30"], phases: [busy(60), free(30), busy(30)] },
      ["09:00"],
    ],
    [
      "may reach past the shift with a last phase that needs nobody",
      { shifts: [hours("09:00", "10:00")], phases: [busy(60), free(60)] },
      ["09:00"],
    ],
    ["count overlapping shifts once", { shifts: [hours("09:00", "11:00"), hours("09:30", "10:30")] }, ["09:00", "09:30", "10:00"]],
    ["go up to midnight in a shift that ends at 24:00", { shifts: [hours("22:00", "24:00")] }, ["22:00", "22:30", "23:00"]],
    ["are on the wall clock's grid though the shift is not", { shifts: [hours("09:10", "11:10")] }, ["09:30", "10:00"]],
  ])("%s", (_, salon, expected) => {
    expect(startsOf(salon, "America/Bogota", monday)).toEqual(expected);
  });

  test("run over midnight into the next day's shift", () => {
    const shifts = [hours("22:00", "24:00"), { ...hours("00:00", "02:00"), weekday: 2 }];
    expect(startsOf({ shifts }, "America/Bogota", monday)).toEqual(["22:00", "22:30", "23:00", "23:30"]);
  });

  test("are later than now", () => {
    const now = minuteOf(monday, "09:30", "America/Bogota");
    const days = localDays("America/Bogota", parseDay(monday)!, parseDay(monday)!);
    const slots = freeSlots(calendar({ shifts: [hours("09:00", "11:00")] }, days.from), days, bookable(now));
    expect(slots.map(({ start }) => wallOf(start, "America/Bogota"))).toEqual(["10:00"]);
  });
});

describe("recurring hours", () => {
  const shift = hours("09:00", "10:00");
  const from = (day: string) => parseDay(day)!;
  test.each<[sentence: string, shift: Shift, day: string, works: boolean]>([
    ["begin on the first day", { ...shift, validFrom: from("2027-05-10") }, "2027-05-10", true],
    ["not a week before", { ...shift, validFrom: from("2027-05-10") }, "2027-05-03", false],
    ["hold on the last day", { ...shift, validUntil: from("2027-05-10") }, "2027-05-10", true],
    ["not a week after", { ...shift, validUntil: from("2027-05-10") }, "2027-05-17", false],
    ["alternate from the week they begin in", { ...shift, everyWeeks: 2, validFrom: from("2027-05-10") }, "2027-05-24", true],
    ["rest in the week between", { ...shift, everyWeeks: 2, validFrom: from("2027-05-10") }, "2027-05-17", false],
    [
      "count weeks from Monday: begun on a Sunday, the next day is the next week",
      { ...shift, everyWeeks: 2, validFrom: from("2027-05-09") },
      "2027-05-10",
      false,
    ],
    ["alternate over a year with 53 weeks", { ...shift, everyWeeks: 2, validFrom: from("2026-12-21") }, "2027-01-04", true],
  ])("%s", (_, shift, day, works) => {
    expect(startsOf({ shifts: [shift] }, "America/Bogota", day)).toEqual(works ? ["09:00"] : []);
  });
});

describe("when the clock changes in Berlin", () => {
  const sunday = (start: string, end: string) => ({ ...hours(start, end), weekday: 7 });

  test("a skipped hour has no starts, and hours that begin in it begin after it", () => {
    expect(startsOf({ shifts: [sunday("02:15", "04:30")] }, "Europe/Berlin", "2027-03-28")).toEqual(["03:00", "03:30"]);
  });

  test("hours wholly in the skipped hour do not exist", () => {
    expect(startsOf({ shifts: [sunday("02:00", "03:00")], phases: [busy(5)] }, "Europe/Berlin", "2027-03-28")).toEqual([]);
  });

  test("a repeated hour has its starts the first time, and its length is real", () => {
    expect(startsOf({ shifts: [sunday("02:00", "03:00")] }, "Europe/Berlin", "2027-10-31")).toEqual(["02:00", "02:30"]);
    expect(startsOf({ shifts: [sunday("02:00", "03:00")], phases: [busy(120)] }, "Europe/Berlin", "2027-10-31")).toEqual(["02:00"]);
  });

  test("a day has 23 or 25 hours", () => {
    const hoursOf = (day: string) => {
      const { from, until } = localDays("Europe/Berlin", parseDay(day)!, parseDay(day)!);
      return (until - from) / 60;
    };
    expect(["2027-03-28", "2027-03-29", "2027-10-31"].map(hoursOf)).toEqual([23, 24, 25]);
  });
});

test("the grid is the wall clock's where the zone is 45 minutes off", () => {
  expect(startsOf({ shifts: [hours("09:00", "11:00")] }, "Asia/Kathmandu", monday)).toEqual(["09:00", "09:30", "10:00"]);
});

test.each([
  ["2027-02-28", 20_877],
  ["1970-01-01", 0],
  ["2027-02-29", undefined],
  ["2027-13-01", undefined],
  ["", undefined],
])("the day %p is %p", (text, day) => expect(parseDay(text)).toBe(day));

describe("why nobody can", () => {
  const open: Salon = { shifts: [hours("09:00", "12:00")] };
  test.each<[sentence: string, salon: Salon, time: string, staffId: string | undefined, reason: string | undefined]>([
    ["somebody can", open, "09:00", undefined, undefined],
    ["a stylist nobody knows", open, "09:00", "nobody", "staff_unknown"],
    ["a stylist without the skill", { ...open, skilled: false }, "09:00", "ana", "skill_missing"],
    ["no stylist with the skill", { ...open, skilled: false }, "09:00", undefined, "skill_missing"],
    ["before work", open, "08:30", undefined, "not_working_then"],
    ["the end of work comes too soon", open, "11:30", "ana", "not_working_then"],
    ["time off", { ...open, timeOff: ["09:00", "10:00"] }, "09:30", "ana", "not_working_then"],
    ["booked", { ...open, busy: ["09:00", "10:00"] }, "09:30", "ana", "slot_taken"],
    ["a start off the grid is as good", open, "09:07", "ana", undefined],
  ])("%s", (_, salon, time, staffId, reason) => {
    const start = minuteOf(monday, time, "America/Bogota");
    const days = localDaysAround("America/Bogota", start);
    const found = candidates(calendar(salon, days.from), days, start, staffId);
    expect([found.reason, found.stylists.length]).toEqual([reason, reason ? 0 : 1]);
  });
});

describe("fair order", () => {
  const days = localDays("America/Bogota", parseDay(monday)!, parseDay(monday)! + 60);
  const start = days.from + 600;
  const team = (names: string[], busyOf: (name: string) => Spans): Calendar => {
    const { service, stylists } = calendar(
      { shifts: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ ...hours("09:00", "18:00"), weekday })) },
      days.from,
    );
    return { service, stylists: names.map((staffId) => ({ ...stylists[0]!, staffId, busy: busyOf(staffId) })) };
  };
  const first = (calendar: Calendar, at: number) => candidates(calendar, days, at).stylists.map(({ staffId }) => staffId);

  test("the least booked of the day is first, other days do not count", () => {
    const busy: Record<string, Spans> = {
      ana: [start + 120, start + 180],
      bea: [start - 1440, start - 900],
      eva: [start + 120, start + 150],
    };
    expect(
      first(
        team(["ana", "bea", "eva"], (name) => busy[name]!),
        start,
      ),
    ).toEqual(["bea", "eva", "ana"]);
  });

  test("ties are broken by day, whatever the order of the input", () => {
    const names = ["ana", "bea", "eva"];
    const firsts = Array.from(
      { length: 60 },
      (_, day) =>
        first(
          team(names, () => []),
          start + day * 1440,
        )[0]!,
    );
    for (const name of names) expect(firsts.filter((first) => first === name).length).toBeGreaterThan(10);
    expect(
      first(
        team(names.toReversed(), () => []),
        start,
      ),
    ).toEqual(
      first(
        team(names, () => []),
        start,
      ),
    );
  });
});

test("nearest: distance first, then the preferred stylist, then later, then fair order", () => {
  const slot = (start: number, staffId: string) => ({ start, end: start + 60, staffId, staffName: staffId });
  const slots = [slot(60, "ana"), slot(90, "ana"), slot(100, "bea"), slot(100, "ana"), slot(110, "bea"), slot(140, "eva")];
  const found = (preferred: string | undefined, limit: number) =>
    nearest(slots, 100, preferred, limit).map(({ start, staffId }) => `${start} ${staffId}`);
  expect(found("ana", 4)).toEqual(["100 ana", "100 bea", "90 ana", "110 bea"]);
  expect(found(undefined, 10)).toEqual(["100 bea", "100 ana", "110 bea", "90 ana", "140 eva", "60 ana"]);
});

type Salon = { shifts: Shift[]; phases?: Phase[]; buffer?: number; timeOff?: [string, string]; busy?: [string, string]; skilled?: boolean };

function startsOf(salon: Salon, zone: string, day: string): string[] {
  const days = localDays(zone, parseDay(day)!, parseDay(day)!);
  return freeSlots(calendar(salon, days.from), days, bookable(days.from - 1)).map(({ start }) => wallOf(start, zone));
}

const bookable = (after: number) => ({ gridMinutes: 30, after, firstDay: 0, lastDay: Infinity });

// Ana alone, offering an hour's service. Bookings are given in minutes after the first instant of the day.
function calendar({ shifts, phases = [busy(60)], buffer = 0, timeOff, busy: booked, skilled = true }: Salon, dayStart: number): Calendar {
  const span = (times?: [string, string]): Spans => (times ? times.map((time) => dayStart + wall(time)) : []);
  const ana: StylistCalendar = { staffId: "ana", staffName: "Ana", skilled, shifts, timeOff: span(timeOff), busy: span(booked) };
  const price = { currencyCode: "COP", minorUnits: 5_000_000 };
  return { service: { id: "alisado", name: "Alisado", nameEn: "", price, ivaPercent: 19, phases, bufferMinutes: buffer }, stylists: [ana] };
}

function hours(start: string, end: string): Shift {
  return { weekday: 1, start: wall(start), end: wall(end), everyWeeks: 1, validFrom: null, validUntil: null };
}
function busy(minutes: number): Phase {
  return { name: "phase", minutes, busy: true };
}
function free(minutes: number): Phase {
  return { name: "phase", minutes, busy: false };
}

function wall(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return hours! * 60 + minutes!;
}

const minuteOf = (day: string, time: string, zone: string) =>
  Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).epochMilliseconds / 60_000;

const wallOf = (minute: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(minute * 60_000)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: "minute" });
