/** A visit that needs a stylist: `busy` are half-open spans on one time line, `candidates` in fair order. */
export type Visit = { id: string; start: number; busy: [number, number][]; candidates: string[] };

/** Who takes which visit: visit → stylist. */
export type Plan = Map<string, string>;

/** Whether no stylist can do both. */
export const overlap = (one: Pick<Visit, "busy">, other: Pick<Visit, "busy">): boolean =>
  one.busy.some(([from, to]) => other.busy.some(([otherFrom, otherTo]) => from < otherTo && otherFrom < to));
