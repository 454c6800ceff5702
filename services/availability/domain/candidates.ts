import { busyParts } from "@lacio/salon/busy-parts";
import type { Calendar, Spans, StylistCalendar } from "./calendar.ts";
import { fairOrder } from "./fair-order.ts";
import { fittingStarts, freeTime } from "./free-time.ts";
import { toInstant, toLocal, type LocalDays } from "./local-days.ts";

export type Candidates = { stylists: StylistCalendar[]; reason?: NobodyReason };
export type NobodyReason = "staff_unknown" | "skill_missing" | "not_working_then" | "slot_taken";

// The stylists who can take exactly this start, in fair order, or why none can. The days must contain the start.
export function candidates({ service, stylists }: Calendar, days: LocalDays, start: number, staffId?: string): Candidates {
  const asked = staffId ? stylists.filter((stylist) => stylist.staffId === staffId) : stylists;
  if (staffId && asked.length === 0) return { stylists: [], reason: "staff_unknown" };
  const skilled = asked.filter((stylist) => stylist.skilled);
  if (skilled.length === 0) return { stylists: [], reason: "skill_missing" };

  const parts = busyParts(service);
  const times = skilled.map((stylist) => ({ stylist, ...freeTime(stylist, days, parts) }));
  const free = times.filter((time) => fits(start, parts, time.free)).map(({ stylist }) => stylist);
  if (free.length === 0) {
    return { stylists: [], reason: times.some((time) => fits(start, parts, time.present)) ? "slot_taken" : "not_working_then" };
  }
  const day = Math.floor(toLocal(days.offsets, start) / 1440);
  return {
    stylists: fairOrder(free, day, toInstant(days.offsets, day * 1440), toInstant(days.offsets, (day + 1) * 1440)),
  };
}

const fits = (start: number, parts: Spans, spans: Spans) => fittingStarts([start], parts, spans)[0] === 1;
