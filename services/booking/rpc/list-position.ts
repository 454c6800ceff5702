/** Where a page of bookings ends: lists are ordered by start, then id. */
export type Position = { startsAt: Date; id: string };

export const positionKey = ({ startsAt, id }: Position): string[] => [startsAt.toISOString(), id];

/** What `positionKey` wrote into a page token. */
export function startPosition(after: string[] | undefined): Position | undefined {
  if (!after) return undefined;
  const [time, id] = after as [string, string];
  return { startsAt: new Date(time), id };
}
