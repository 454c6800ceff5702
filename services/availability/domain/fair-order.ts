import type { StylistCalendar } from "./calendar.ts";

// Least booked on that day first; ties are broken by a hash that changes daily, so that no stylist is always first.
export function fairOrder<S extends Pick<StylistCalendar, "staffId" | "busy">>(
  stylists: S[],
  day: number,
  dayStart: number,
  dayEnd: number,
): S[] {
  return stylists
    .map((stylist) => ({ stylist, booked: bookedMinutes(stylist.busy, dayStart, dayEnd), turn: turnOf(stylist.staffId, day) }))
    .sort((a, b) => a.booked - b.booked || a.turn - b.turn || (a.stylist.staffId < b.stylist.staffId ? -1 : 1))
    .map(({ stylist }) => stylist);
}

function bookedMinutes(busy: number[], from: number, until: number): number {
  let sum = 0;
  for (let i = 0; i < busy.length && busy[i]! < until; i += 2) {
    sum += Math.max(0, Math.min(busy[i + 1]!, until) - Math.max(busy[i]!, from));
  }
  return sum;
}

// FNV-1a of stylist and day with a finalising mix: deterministic across replicas, another order each day.
function turnOf(staffId: string, day: number): number {
  let hash = 0x811c9dc5 ^ day;
  for (let i = 0; i < staffId.length; i++) hash = Math.imul(hash ^ staffId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
