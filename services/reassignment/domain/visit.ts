import { busyParts, type Layout } from "@lacio/salon/busy-parts";

/** A visit that needs a stylist: `busy` are half-open spans on one time line, `candidates` in fair order. */
export type Visit = { id: string; start: number; busy: [number, number][]; candidates: string[] };

/** Who takes which visit: visit → stylist. */
export type Plan = Map<string, string>;

/** Whether no stylist can do both. */
export const overlap = (one: Pick<Visit, "busy">, other: Pick<Visit, "busy">): boolean =>
  one.busy.some(([from, to]) => other.busy.some(([otherFrom, otherTo]) => from < otherTo && otherFrom < to));

/** A lost visit as the plan sees it, in minutes. */
export function visitOf(id: string, startsAt: Date, layout: Layout, candidates: string[]): Visit {
  const start = startsAt.getTime() / 60_000;
  const minutes = busyParts(layout);
  const busy = Array.from({ length: minutes.length / 2 }, (_, i): [number, number] => [
    start + minutes[2 * i]!,
    start + minutes[2 * i + 1]!,
  ]);
  return { id, start, busy, candidates };
}
