import type { Service, Spans } from "./calendar.ts";

// When the stylist is busy, in minutes after the start: touching busy phases are one part, the buffer comes after the last phase.
export function busyParts({ phases, bufferMinutes }: Pick<Service, "phases" | "bufferMinutes">): Spans {
  const parts: Spans = [];
  let at = 0;
  for (const { minutes, busy } of [...phases, { minutes: bufferMinutes, busy: true }]) {
    if (busy && minutes > 0) {
      if (parts.at(-1) === at) parts[parts.length - 1] = at + minutes;
      else parts.push(at, at + minutes);
    }
    at += minutes;
  }
  // A service that needs nobody could be taken at any hour by anyone: its whole visit counts.
  return parts.length > 0 ? parts : [0, visitMinutes(phases)];
}

// How long the client stays: every phase, not the buffer.
export function visitMinutes(phases: Service["phases"]): number {
  return phases.reduce((sum, { minutes }) => sum + minutes, 0);
}
