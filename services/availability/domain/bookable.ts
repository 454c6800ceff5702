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
