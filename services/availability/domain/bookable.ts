import { timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { invalid } from "@lacio/chassis/errors";
import type { SearchSettings } from "./calendar.ts";
import { localDaysAround } from "./local-days.ts";

/** Which starts are offered: on the grid, after a minute, from today to the last day that can be booked. */
export type Bookable = { gridMinutes: number; after: number; firstDay: number; lastDay: number };

/** At this minute, in the salon's zone. The desk needs no lead time. */
export function bookableAt(now: number, zone: string, settings: SearchSettings, desk: boolean): Bookable {
  const today = localDaysAround(zone, now).firstDay;
  const { gridMinutes, bookableFromMinutes, bookableDaysAhead } = settings;
  return { gridMinutes, after: now + (desk ? 0 : bookableFromMinutes), firstDay: today, lastDay: today + bookableDaysAhead };
}

const [first, end] = [Date.UTC(1970), Date.UTC(9999)];

/** A wished start in minutes. The days around it have to be days of the calendar too, so the last of its years is no wish. */
export function startMinute(start: Timestamp | undefined, field = "start"): number {
  const ms = start ? timestampMs(start) : NaN;
  if (!(ms >= first && ms < end)) throw invalid(field, "must be a time between the years 1970 and 9998");
  return ms / 60_000;
}
