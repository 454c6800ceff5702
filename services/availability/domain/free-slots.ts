import { busyParts, visitMinutes } from "@lacio/salon/busy-parts";
import type { Bookable } from "./bookable.ts";
import type { Calendar, Slot } from "./calendar.ts";
import { fairOrder } from "./fair-order.ts";
import { fittingStarts, freeTime } from "./free-time.ts";
import { toInstant, toLocal, type LocalDays } from "./local-days.ts";

// The bookable free starts on the salon's wall-clock grid, ordered by start, then by fair order of the stylists.
export function freeSlots({ service, stylists }: Calendar, days: LocalDays, bookable: Bookable): Slot[] {
  const parts = busyParts(service);
  const visit = visitMinutes(service.phases);
  const starts = gridStarts(days, bookable);
  const skilled = stylists
    .filter((stylist) => stylist.skilled)
    .map((stylist) => ({ ...stylist, fits: fittingStarts(starts, parts, freeTime(stylist, days, parts).free) }));

  const slots: Slot[] = [];
  for (let day = days.firstDay, i = 0; day <= days.lastDay && i < starts.length; day++) {
    const dayEnd = toInstant(days.offsets, (day + 1) * 1440);
    if (starts[i]! >= dayEnd) continue;
    const inTurn = fairOrder(skilled, day, toInstant(days.offsets, day * 1440), dayEnd);
    for (; i < starts.length && starts[i]! < dayEnd; i++) {
      const start = starts[i]!;
      for (const { fits, staffId, staffName } of inTurn) {
        if (fits[i]) slots.push({ start, end: start + visit, staffId, staffName });
      }
    }
  }
  return slots;
}

// DST: a wall time in the gap is no start; an ambiguous one is a start at its first occurrence.
function gridStarts({ firstDay, offsets, ...days }: LocalDays, { gridMinutes, after, lastDay }: Bookable): number[] {
  const starts: number[] = [];
  for (let day = firstDay; day <= Math.min(days.lastDay, lastDay); day++) {
    for (let minute = 0; minute < 1440; minute += gridMinutes) {
      const local = day * 1440 + minute;
      const instant = toInstant(offsets, local);
      if (instant > after && toLocal(offsets, instant) === local) starts.push(instant);
    }
  }
  return starts;
}

// The slots closest to a wished start; at the same distance the preferred stylist, then the later start, then fair order.
export function nearest(slots: Slot[], wished: number, preferredStaff: string | undefined, limit: number): Slot[] {
  const distance = (slot: Slot) => Math.abs(slot.start - wished);
  const preferred = (slot: Slot) => (slot.staffId === preferredStaff ? 0 : 1);
  return slots.toSorted((a, b) => distance(a) - distance(b) || preferred(a) - preferred(b) || b.start - a.start).slice(0, limit);
}
