import { invalid } from "@lacio/chassis/errors";
import { isShiftWeek, weekdayOf } from "@lacio/salon/shift-week";

/** Recurring hours on one weekday, in wall time of the salon's zone. "" = unbounded validity. */
export type Shift = {
  weekday: number;
  start: string;
  end: string;
  everyWeeks: number;
  validFrom: string;
  validUntil: string;
};

/** A stylist's hours in canonical form: valid dates, no overlaps, one order. @throws Refusal naming the field */
export function weekOf(wished: Shift[]): Shift[] {
  const shifts = wished.map(({ weekday, start, end, everyWeeks, validFrom, validUntil }, i) => {
    const [from, until] = [dayNumber(validFrom, `shifts[${i}].validFrom`), dayNumber(validUntil, `shifts[${i}].validUntil`)];
    if (from !== undefined && until !== undefined && until < from) throw invalid(`shifts[${i}].validUntil`, "must not be before validFrom");
    return { weekday, start, end, everyWeeks: everyWeeks || 1, validFrom, validUntil };
  });
  shifts.forEach((shift, i) => {
    const other = shifts.slice(0, i).findIndex((earlier) => overlap(earlier, shift));
    if (other >= 0) throw invalid(`shifts[${i}]`, `overlaps shifts[${other}]`, "shifts_overlap");
  });
  return shifts.sort((a, b) => a.weekday - b.weekday || compare(a.start, b.start) || compare(a.validFrom, b.validFrom));
}

/** Whether the two recurrences ever meet: a day on which both shifts are worked and share time. */
export function overlap(a: Shift, b: Shift): boolean {
  // "HH:MM" sorts lexicographically.
  if (a.weekday !== b.weekday || a.end <= b.start || b.end <= a.start) return false;
  const from = Math.max(dayNumber(a.validFrom) ?? -Infinity, dayNumber(b.validFrom) ?? -Infinity);
  const until = Math.min(dayNumber(a.validUntil) ?? Infinity, dayNumber(b.validUntil) ?? Infinity);
  // An n-week interval needs a first day, so both are weekly and meet.
  if (from === -Infinity) return true;
  const first = from + ((a.weekday - weekdayOf(from) + 7) % 7);
  for (let week = 0; week < a.everyWeeks * b.everyWeeks && first + 7 * week <= until; week++) {
    if (isWorkedIn(a, first + 7 * week) && isWorkedIn(b, first + 7 * week)) return true;
  }
  return false;
}

const isWorkedIn = ({ everyWeeks, validFrom }: Shift, day: number): boolean => isShiftWeek(everyWeeks, dayNumber(validFrom), day);

/** Days since 1970-01-01; undefined for "". @throws Refusal for a day that no calendar has */
function dayNumber(date: string, field = "date"): number | undefined {
  if (date === "") return undefined;
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  // `from` constrains 30 February to the 28th: a day that does not read back as written does not exist.
  const real = Temporal.PlainDate.from({ year, month, day });
  if (real.toString() === date && year >= 2000 && year < 2200) return epoch.until(real).days;
  throw invalid(field, "must be a day of the calendar, from 2000 to 2199");
}

const epoch = Temporal.PlainDate.from("1970-01-01");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
