import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Phase } from "@lacio/proto/staff/v1/staff_service";
import { busyParts as minutesBusy } from "@lacio/salon/busy-parts";

export { visitMinutes } from "@lacio/salon/busy-parts";

/** When one stylist is busy; half-open: the end is free again. */
export type Busy = { staffId: string; start: Date; end: Date };
export type Layout = { phases: Pick<Phase, "name" | "minutes" | "busy">[]; bufferMinutes: number };

/** The stylist's parts of a visit that starts then. */
export function busyParts(layout: Layout, staffId: string, start: Date): Busy[] {
  const minutes = minutesBusy(layout);
  const parts = Array.from({ length: minutes.length / 2 }, (_, i) => [minutes[2 * i]!, minutes[2 * i + 1]!] as const);
  return parts.map(([from, to]) => ({ staffId, start: later(start, from), end: later(start, to) }));
}

export const later = (time: Date, minutes: number): Date => new Date(time.getTime() + minutes * 60_000);

/** As facts tell them. */
export const busyMessages = (parts: Busy[]) =>
  parts.map(({ staffId, start, end }) => ({ staffId, start: timestampFromDate(start), end: timestampFromDate(end) }));
