import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Calendar, Phase, Service, Shift, StylistCalendar } from "./calendar.ts";
import { candidates } from "./candidates.ts";
import { freeSlots } from "./free-slots.ts";
import { localDays } from "./local-days.ts";

const CASES = 10_000;

test(`free slots and candidates equal a minute-by-minute oracle in ${CASES} random salons`, () => {
  let checked = 0; // fair order is expensive in the oracle, so it is checked for every tenth salon
  const seen = { slots: 0, taken: 0, notWorking: 0, candidates: 0, besideTransition: 0 };
  fc.assert(
    fc.property(salon, ({ zone, calendar, firstDay, lastDay, now, grid, probe }) => {
      const days = localDays(zone, firstDay, lastDay);
      const oracle = new Oracle(zone, calendar, firstDay, lastDay);

      const slots = freeSlots(calendar, days, { gridMinutes: grid, after: now, firstDay, lastDay });
      const expected = oracle.slots(now, grid);
      expect(slots.map(key).sort()).toEqual(expected.map(key).sort());
      if (checked++ % 10 === 0) expect(isOrdered(oracle, slots)).toBe(true);

      const start = days.from + (probe % (days.until - days.from));
      const found = candidates(calendar, days, start);
      const able = oracle.able(start);
      expect(found.stylists.map((s) => s.staffId).sort()).toEqual(able.sort());
      expect(found.reason).toBe(able.length > 0 ? undefined : oracle.whyNobody(start));

      seen.slots += slots.length;
      if (found.reason === "slot_taken") seen.taken++;
      if (found.reason === "not_working_then") seen.notWorking++;
      if (able.length > 0) seen.candidates++;
      if (days.until - days.from !== (lastDay - firstDay + 1) * 1440) seen.besideTransition++;
    }),
    { numRuns: CASES, seed: 20261124 },
  );
  // Coverage of the generator: the random salons must reach every kind of answer, or equality proves little.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(CASES / 50);
});

// The oracle shares no code with the search: sets of single minutes, and Temporal for every conversion.
class Oracle {
  readonly #zone: string;
  readonly #calendar: Calendar;
  readonly #days: Temporal.PlainDate[];
  readonly #work = new Map<string, Minutes>();
  readonly #off = new Map<string, Minutes>();
  readonly #busy = new Map<string, Minutes>();

  constructor(zone: string, calendar: Calendar, firstDay: number, lastDay: number) {
    this.#zone = zone;
    this.#calendar = calendar;
    this.#days = Array.from({ length: lastDay - firstDay + 1 }, (_, i) => date(firstDay + i));
    for (const stylist of calendar.stylists) {
      this.#work.set(stylist.staffId, this.#worked(stylist, firstDay - 1, lastDay + 2));
      this.#off.set(stylist.staffId, this.#minutesOf(stylist.timeOff));
      this.#busy.set(stylist.staffId, this.#minutesOf(stylist.busy));
    }
  }

  slots(now: number, grid: number) {
    const visit = this.#calendar.service.phases.reduce((sum, phase) => sum + phase.minutes, 0);
    return this.#days
      .flatMap((day) => gridOf(this.#zone, day, grid))
      .filter((start) => start > now)
      .flatMap((start) => this.able(start).map((staffId) => ({ start, end: start + visit, staffId })));
  }

  able(start: number): string[] {
    return this.#staff().filter((id) => this.#everyBusyMinute(start, (m) => this.#present(id, m) && !this.#busy.get(id)!.has(m)));
  }

  whyNobody(start: number): string {
    if (this.#staff().length === 0) return "skill_missing";
    const working = this.#staff().some((id) => this.#everyBusyMinute(start, (m) => this.#present(id, m)));
    return working ? "slot_taken" : "not_working_then";
  }

  bookedOnDayOf(instant: number, staffId: string): number {
    const bounds = [...this.#days, this.#days.at(-1)!.add({ days: 1 })].map((day) => instantOf(this.#zone, day, 0));
    const day = bounds.findLastIndex((begin) => begin <= instant);
    let count = 0;
    for (let m = bounds[day]!; m < bounds[day + 1]!; m++) if (this.#busy.get(staffId)!.has(m)) count++;
    return count;
  }

  #empty(): Minutes {
    return new Minutes(epochDay(this.#days[0]!) * 1440 - 6_000, epochDay(this.#days.at(-1)!) * 1440 + 12_000);
  }

  #minutesOf(spans: number[]): Minutes {
    const minutes = this.#empty();
    for (let i = 0; i < spans.length; i += 2) for (let m = spans[i]!; m < spans[i + 1]!; m++) minutes.add(m);
    return minutes;
  }

  #staff() {
    return this.#calendar.stylists.filter((s) => s.skilled).map((s) => s.staffId);
  }

  #present(id: string, minute: number) {
    return this.#work.get(id)!.has(minute) && !this.#off.get(id)!.has(minute);
  }

  #everyBusyMinute(start: number, holds: (minute: number) => boolean): boolean {
    let at = start;
    for (const phase of this.#calendar.service.phases) {
      for (let m = at; phase.busy && m < at + phase.minutes; m++) if (!holds(m)) return false;
      at += phase.minutes;
    }
    for (let m = at; m < at + this.#calendar.service.bufferMinutes; m++) if (!holds(m)) return false;
    return true;
  }

  #worked(stylist: StylistCalendar, firstDay: number, lastDay: number): Minutes {
    const minutes = this.#empty();
    for (let day = firstDay; day <= lastDay; day++) {
      for (const shift of stylist.shifts.filter((s) => isOn(s, date(day)))) {
        const end = instantOf(this.#zone, date(day), shift.end);
        for (let m = instantOf(this.#zone, date(day), shift.start); m < end; m++) minutes.add(m);
      }
    }
    return minutes;
  }
}

function isOn(shift: Shift, day: Temporal.PlainDate): boolean {
  if (day.dayOfWeek !== shift.weekday) return false;
  if (shift.validFrom !== null && Temporal.PlainDate.compare(day, date(shift.validFrom)) < 0) return false;
  if (shift.validUntil !== null && Temporal.PlainDate.compare(day, date(shift.validUntil)) > 0) return false;
  if (shift.everyWeeks < 2) return true;
  return monday(date(shift.validFrom!)).until(monday(day), { largestUnit: "weeks" }).weeks % shift.everyWeeks === 0;
}

const date = (day: number) => new Temporal.PlainDate(1970, 1, 1).add({ days: day });
const monday = (day: Temporal.PlainDate) => day.subtract({ days: day.dayOfWeek - 1 });
function instantOf(zone: string, day: Temporal.PlainDate, minute: number): number {
  const wall = day.toPlainDateTime().add({ minutes: minute });
  const first = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  const exists = first.toPlainDateTime().equals(wall);
  return (exists ? first : first.getTimeZoneTransition("next")!).epochMilliseconds / 60_000;
}

const grids = new Map<string, number[]>();
function gridOf(zone: string, day: Temporal.PlainDate, grid: number): number[] {
  const name = `${zone} ${day.toString()} ${grid}`;
  if (!grids.has(name)) {
    const walls = Array.from({ length: 1440 / grid }, (_, i) => day.toPlainDateTime().add({ minutes: i * grid }));
    const existing = walls
      .map((wall) => ({ wall, at: wall.toZonedDateTime(zone) }))
      .filter(({ wall, at }) => at.toPlainDateTime().equals(wall));
    grids.set(
      name,
      existing.map(({ at }) => at.epochMilliseconds / 60_000),
    );
  }
  return grids.get(name)!;
}

const epochDay = (day: Temporal.PlainDate) => date(0).until(day).days;

// A set of single minutes between two instants.
class Minutes {
  readonly #from: number;
  readonly #bits: Uint8Array;

  constructor(from: number, until: number) {
    this.#from = from;
    this.#bits = new Uint8Array(until - from);
  }

  add(minute: number): void {
    this.#bits[minute - this.#from] = 1;
  }

  has(minute: number): boolean {
    return this.#bits[minute - this.#from] === 1;
  }
}

const key = (slot: { start: number; end: number; staffId: string }) => `${slot.start} ${slot.end} ${slot.staffId}`;

type Start = { start: number; staffId: string };

function isOrdered(oracle: Oracle, slots: Start[]): boolean {
  return slots.every((slot, i) => {
    const before = slots[i - 1];
    if (!before || before.start < slot.start) return true;
    return (
      before.start === slot.start && oracle.bookedOnDayOf(slot.start, before.staffId) <= oracle.bookedOnDayOf(slot.start, slot.staffId)
    );
  });
}

// Days around both clock changes of each zone; Bogotá and Kathmandu never change.
const around: [zone: string, ...days: string[]][] = [
  ["America/Bogota", "2027-03-14", "2027-12-31"],
  ["Europe/Berlin", "2027-03-28", "2027-10-31"],
  ["America/New_York", "2027-03-14", "2027-11-07"],
  ["Asia/Kathmandu", "2027-01-01", "2028-02-29"],
  ["Australia/Lord_Howe", "2027-04-04", "2027-10-03"],
  ["America/Santiago", "2027-04-03", "2027-09-04"],
];
const zones = fc.constantFrom(...around.flatMap(([zone, ...days]) => days.map((day) => ({ zone, day: Date.parse(day) / 86_400_000 }))));

const pairs = (from: number, until: number, longest: number, maxLength: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: from, max: until }), fc.integer({ min: 1, max: longest })), { maxLength })
    .map((spans) => spans.sort((a, b) => a[0] - b[0]).flatMap(([start, length]) => [start, start + length]));

// Booking never lets two busy parts of one stylist overlap.
const withoutOverlaps = (spans: number[]) => {
  const kept: number[] = [];
  for (let i = 0; i < spans.length; i += 2) if (spans[i]! >= (kept.at(-1) ?? -Infinity)) kept.push(spans[i]!, spans[i + 1]!);
  return kept;
};

const shift = (day: number): fc.Arbitrary<Shift> =>
  fc
    .record({
      weekday: fc.integer({ min: 0, max: 4 }).map((n) => ((((day + 3 + n - 2) % 7) + 7) % 7) + 1),
      start: fc.oneof(
        fc.integer({ min: 0, max: 48 }).map((n) => n * 5),
        fc.integer({ min: 0, max: 1438 }),
      ),
      length: fc.oneof(fc.integer({ min: 60, max: 600 }), fc.constant(1440)),
      everyWeeks: fc.integer({ min: 0, max: 3 }),
      validFrom: fc.option(fc.integer({ min: day - 25, max: day + 1 }), { freq: 2 }),
      validUntil: fc.option(fc.integer({ min: day - 2, max: day + 9 }), { freq: 2 }),
    })
    .map(({ start, length, everyWeeks, validFrom, ...rest }) => ({
      ...rest,
      start,
      end: Math.min(start + length, 1440),
      everyWeeks: validFrom === null ? Math.min(everyWeeks, 1) : everyWeeks,
      validFrom,
    }));

const phases: fc.Arbitrary<Phase[]> = fc
  .array(
    fc.record({
      name: fc.constant("phase"),
      minutes: fc.oneof(fc.constantFrom(5, 30, 45, 60), fc.integer({ min: 5, max: 150 })),
      busy: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .filter((list) => list.some((phase) => phase.busy));

const salon = zones.chain(({ zone, day }) =>
  fc.integer({ min: -2, max: 2 }).chain((shiftDays) => {
    const firstDay = day + shiftDays;
    const noon = firstDay * 1440 + 720;
    const stylist = fc.record({
      shifts: fc.array(shift(firstDay), { minLength: 1, maxLength: 7 }),
      skilled: fc.boolean().map((b) => b || firstDay % 3 > 0),
      timeOff: pairs(noon - 3000, noon + 3000, 900, 2),
      busy: pairs(noon - 2000, noon + 3000, 200, 8).map(withoutOverlaps),
    });
    return fc.record({
      zone: fc.constant(zone),
      firstDay: fc.constant(firstDay),
      lastDay: fc.integer({ min: firstDay, max: firstDay + 1 }),
      grid: fc.constantFrom(5, 15, 15, 15, 20, 30, 30, 60, 60),
      now: fc.integer({ min: noon - 3000, max: noon + 500 }),
      probe: fc.nat(),
      calendar: fc
        .record({
          phases,
          bufferMinutes: fc.constantFrom(0, 0, 10, 15, 25),
          stylists: fc.array(stylist, { minLength: 1, maxLength: 3 }),
        })
        .map(({ phases, bufferMinutes, stylists }): Calendar => ({
          service: service(phases, bufferMinutes),
          stylists: stylists.map((s, i) => ({ ...s, staffId: `stylist-${i}`, staffName: `Stylist ${i}` })),
        })),
    });
  }),
);

const service = (phases: Phase[], bufferMinutes: number): Service => ({
  id: "service",
  name: "Alisado",
  nameEn: "",
  price: { currencyCode: "COP", minorUnits: 5_000_000 },
  ivaPercent: 19,
  phases,
  bufferMinutes,
});
