import { isShiftWeek, weekdayOf } from "@lacio/salon/shift-week";
import type { Shift, Spans } from "./calendar.ts";
import { toInstant, type LocalDays } from "./local-days.ts";

// Expands recurring shifts into instants over these local days; adjacent or overlapping ones are merged.
export function workingTime(shifts: Shift[], days: LocalDays, lastDay: number): Spans {
  const byStart = shifts.toSorted((a, b) => a.start - b.start);
  const work: Spans = [];
  for (let day = days.firstDay; day <= lastDay; day++) {
    for (const shift of byStart) {
      if (!isWorkedOn(shift, day)) continue;
      const start = toInstant(days.offsets, day * 1440 + shift.start);
      const end = toInstant(days.offsets, day * 1440 + shift.end);
      const last = work.length - 1;
      if (end <= start) continue;
      if (last > 0 && start <= work[last]!) work[last] = Math.max(work[last]!, end);
      else work.push(start, end);
    }
  }
  return work;
}

function isWorkedOn({ weekday, everyWeeks, validFrom, validUntil }: Shift, day: number): boolean {
  if (weekday !== weekdayOf(day)) return false;
  if (validFrom !== null && day < validFrom) return false;
  if (validUntil !== null && day > validUntil) return false;
  return isShiftWeek(everyWeeks, validFrom, day);
}
