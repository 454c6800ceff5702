/** A service's phases in order; during one that is not busy the stylist can serve another client. */
export type Layout = { phases: { minutes: number; busy: boolean }[]; bufferMinutes: number };

/** When the stylist is busy, as pairs of minutes after the start: touching busy phases are one part, the buffer comes after the last phase. */
export function busyParts({ phases, bufferMinutes }: Layout): number[] {
  const parts: number[] = [];
  let at = 0;
  for (const { minutes, busy } of [...phases, { minutes: bufferMinutes, busy: true }]) {
    if (busy && minutes > 0) {
      if (parts.at(-1) === at) parts[parts.length - 1] = at + minutes;
      else parts.push(at, at + minutes);
    }
    at += minutes;
  }
  // Without any busy phase nothing would limit how often a slot is sold: the whole visit counts as busy.
  return parts.length > 0 ? parts : [0, visitMinutes(phases)];
}

/** How long the client stays: every phase, not the buffer. */
export const visitMinutes = (phases: Layout["phases"]): number => phases.reduce((sum, { minutes }) => sum + minutes, 0);
