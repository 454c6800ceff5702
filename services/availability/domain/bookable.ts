import { timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { invalid } from "@lacio/chassis/errors";
import type { SearchSettings } from "./calendar.ts";
import { localDaysAround } from "./local-days.ts";

/** Which starts are offered: on the grid, after a minute, from today to the last day that can be booked. */
export type Bookable = { gridMinutes: number; after: number; firstDay: number; lastDay: number };

/** The rules as of `now`, in the salon's zone. The desk (an ADMIN) needs no lead time. */
export function bookableAt(now: number, zone: string, settings: SearchSettings, desk: boolean): Bookable {
  const today = localDaysAround(zone, now).firstDay;
  const { gridMinutes, bookableFromMinutes, bookableDaysAhead } = settings;
  return { gridMinutes, after: now + (desk ? 0 : bookableFromMinutes), firstDay: today, lastDay: today + bookableDaysAhead };
}

const [first, end] = [Date.UTC(1970), Date.UTC(9999)];

/** A requested start in epoch minutes. Year 9999 is refused, as the days after it, which a search reads, must be valid dates too. */
export function startMinute(start: Timestamp | undefined, field = "start"): number {
  const ms = start ? timestampMs(start) : NaN;
  if (!(ms >= first && ms < end)) throw invalid(field, "must be a time between the years 1970 and 9998");
  return ms / 60_000;
}
