import { getHolidaysForYear } from "colombian-holidays";

// The law's days are Colombia's, wherever the salon's clock stands.
const zone = "America/Bogota";
const workingDays = 5;

/**
 * Until when (exclusive) who paid at a distance can withdraw and gets everything back: the end of the fifth working day after the
 * payment (Ley 1480 de 2011, art. 47). undefined where there is no such right, because the visit begins before that.
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
