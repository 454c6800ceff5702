import type { Spans, StylistCalendar } from "./calendar.ts";
import type { LocalDays } from "./local-days.ts";
import { workingTime } from "./working-time.ts";

// `present` is working time less time off; `free` is that less the busy time.
export function freeTime(stylist: StylistCalendar, days: LocalDays, parts: Spans): { present: Spans; free: Spans } {
  const reach = parts.at(-1) ?? 0;
  const present = subtract(workingTime(stylist.shifts, days, days.lastDay + Math.ceil(reach / 1440)), stylist.timeOff);
  return { present, free: subtract(present, stylist.busy) };
}

// For ascending starts, whether every busy part lies within a span: one linear sweep per part.
export function fittingStarts(starts: number[], parts: Spans, spans: Spans): Uint8Array {
  const fits = new Uint8Array(starts.length).fill(1);
  for (let p = 0; p < parts.length; p += 2) {
    const from = parts[p]!;
    const to = parts[p + 1]!;
    let s = 0;
    for (let i = 0; i < starts.length; i++) {
      while (s < spans.length && spans[s + 1]! < starts[i]! + to) s += 2;
      if (s >= spans.length || spans[s]! > starts[i]! + from) fits[i] = 0;
    }
  }
  return fits;
}

// Interval subtraction: spans are disjoint; cuts are sorted by start and may overlap.
function subtract(spans: Spans, cuts: Spans): Spans {
  if (cuts.length === 0) return spans;
  const left: Spans = [];
  let first = 0;
  for (let i = 0; i < spans.length; i += 2) {
    let start = spans[i]!;
    const end = spans[i + 1]!;
    while (first < cuts.length && cuts[first + 1]! <= start) first += 2;
    for (let c = first; c < cuts.length && cuts[c]! < end; c += 2) {
      if (cuts[c]! > start) left.push(start, cuts[c]!);
      start = Math.max(start, cuts[c + 1]!);
      if (start >= end) break;
    }
    if (start < end) left.push(start, end);
  }
  return left;
}
