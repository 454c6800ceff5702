import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Phase } from "@lacio/proto/staff/v1/staff_service";

/** When one stylist is busy; half-open: the end is free again. */
export type Busy = { staffId: string; start: Date; end: Date };
export type Layout = { phases: Pick<Phase, "name" | "minutes" | "busy">[]; bufferMinutes: number };

/** The stylist's parts of a visit: touching busy phases are one part, the buffer comes after the last phase. */
export function busyParts({ phases, bufferMinutes }: Layout, staffId: string, start: Date): Busy[] {
  const parts: { from: number; to: number }[] = [];
  let at = 0;
  for (const { minutes, busy } of [...phases, { minutes: bufferMinutes, busy: true }]) {
    const last = parts.at(-1);
    if (busy && minutes > 0) {
      if (last?.to === at) last.to += minutes;
      else parts.push({ from: at, to: at + minutes });
    }
    at += minutes;
  }
  // A service that needs nobody could be sold to any number of clients at once: its whole visit counts.
  if (parts.length === 0) parts.push({ from: 0, to: visitMinutes(phases) });
  return parts.map(({ from, to }) => ({ staffId, start: later(start, from), end: later(start, to) }));
}

/** How long the client stays: every phase, not the buffer. */
export const visitMinutes = (phases: Layout["phases"]): number => phases.reduce((sum, { minutes }) => sum + minutes, 0);

export const later = (time: Date, minutes: number): Date => new Date(time.getTime() + minutes * 60_000);

/** As facts tell them. */
export const busyMessages = (parts: Busy[]) =>
  parts.map(({ staffId, start, end }) => ({ staffId, start: timestampFromDate(start), end: timestampFromDate(end) }));
