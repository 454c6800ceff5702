import { invalid } from "@lacio/chassis/errors";
import { validate } from "uuid";

/** Where a page of bookings ends: lists are ordered by start, then id. */
export type Position = { startsAt: Date; id: string };

export const positionKey = ({ startsAt, id }: Position): string[] => [startsAt.toISOString(), id];

/** What `positionKey` wrote into a page token. The token comes from outside: anything can stand in it. */
export function startPosition(after: string[] | undefined): Position | undefined {
  if (!after) return undefined;
  const [time, id] = after as [string, string];
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time) || Number.isNaN(Date.parse(time)) || !validate(id))
    throw invalid("pageToken", "is not a token of this list");
  return { startsAt: new Date(time), id };
}
