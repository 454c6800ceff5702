import { getHolidaysForYear } from "colombian-holidays";

// Legal days are counted in Colombian time, independent of the salon's time zone.
const zone = "America/Bogota";
const workingDays = 5;

/**
 * The end (exclusive) of the right of withdrawal with a full refund after a distance sale: the end of the fifth working day after the
 * payment (Ley 1480 de 2011, art. 47). Undefined if the visit begins before that, as there is no such right then.
 * A working day is Monday to Friday and no holiday (Ley 4 de 1913, art. 62; Ley 51 de 1983). To be checked by a lawyer.
 */
export function withdrawableUntil(paidAt: Date, startsAt: Date): Date | undefined {
  let day = Temporal.Instant.fromEpochMilliseconds(paidAt.getTime()).toZonedDateTimeISO(zone).toPlainDate();
  for (let counted = 0; counted < workingDays;) {
    day = day.add({ days: 1 });
    if (isWorkingDay(day)) counted++;
  }
  const end = new Date(day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds);
  return startsAt < end ? undefined : end;
}

const isWorkingDay = (day: Temporal.PlainDate): boolean => day.dayOfWeek <= 5 && !holidaysOf(day.year).has(day.toString());

const known = new Map<number, Set<string>>();

function holidaysOf(year: number): Set<string> {
  const holidays = known.get(year) ?? new Set(getHolidaysForYear(year).map(({ celebrationDate }) => celebrationDate));
  known.set(year, holidays);
  return holidays;
}
