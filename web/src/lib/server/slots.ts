import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import { addDays, dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import { isAway } from "./refusal.ts";

/** A start that can be chosen, with everybody who is free then. Times are RFC 3339. */
export type Hour = { start: string; end: string; staff: string[] };

/** Two weeks of a service: how much is free on each day, the hours of one of them, and where to look when there is nothing. */
export type Calendar = {
  days: { day: string; count: number }[];
  day: string;
  hours: Hour[];
  /** The first free start of these two weeks. */
  first?: Hour;
  /** The free starts nearest to the one that was wanted, when that one is gone. */
  nearest: Hour[];
  chosen?: string;
  previous?: string;
  next: string;
};

export type Wish = { serviceId: string; staffId?: string; day?: string; start?: string; choose?: "first" };

const daysShown = 14;
const alternatives = 3;

/** Undefined: availability is away. The page says so and keeps everything else. */
export async function calendarFor({ availability }: Api, wish: Wish): Promise<Calendar | undefined> {
  const today = dayOf(new Date());
  const from = windowOf(today, wish.day ?? (wish.start ? dayOf(wish.start) : today));
  const { serviceId, staffId } = wish;
  try {
    const range = { date: from, toDate: addDays(from, daysShown - 1) };
    const { slots } = await availability.getAvailability({ serviceId, staffId, ...range });
    return calendarOf(byStart(slots), from, today, wish);
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

function calendarOf(hours: Hour[], from: string, today: string, wish: Wish): Calendar {
  const offered = everyHalfHour(hours, wish.start);
  const ofDay = Map.groupBy(offered, ({ start }) => dayOf(start));
  const days = Array.from({ length: daysShown }, (_, n) => addDays(from, n)).map((day) => ({ day, count: ofDay.get(day)?.length ?? 0 }));
  const wanted = wish.start && hours.find(({ start }) => Date.parse(start) === Date.parse(wish.start!));
  const chosen = wanted || (wish.choose === "first" ? hours[0] : undefined);
  const asked = wish.day ?? (chosen ? dayOf(chosen.start) : wish.start && dayOf(wish.start));
  const day = days.find((one) => one.day === asked)?.day ?? days.find(({ count }) => count > 0)?.day ?? from;
  return {
    days,
    day,
    hours: ofDay.get(day) ?? [],
    first: hours[0],
    nearest: wish.start && !wanted ? nearestTo(wish.start, hours) : [],
    chosen: chosen?.start,
    ...(from > today && { previous: addDays(from, -daysShown) }),
    next: addDays(from, daysShown),
  };
}

/** The first day of the two weeks that hold a day; weeks are counted from today. Days that are over count as today. */
function windowOf(today: string, day: string): string {
  const ahead = Math.floor((Date.parse(day) - Date.parse(today)) / 86_400_000);
  return ahead > 0 && ahead < 365 ? addDays(today, ahead - (ahead % daysShown)) : today;
}

function byStart(slots: Slot[]): Hour[] {
  const hours = new Map<string, Hour>();
  for (const { start, end, staffName } of slots) {
    const key = timestampDate(start!).toISOString();
    const hour = hours.get(key) ?? { start: key, end: timestampDate(end!).toISOString(), staff: [] };
    hour.staff.push(staffName);
    hours.set(key, hour);
  }
  return [...hours.values()].sort((a, b) => a.start.localeCompare(b.start));
}

// Starts come every quarter of an hour; one in each half hour is enough to choose from on a phone.
function everyHalfHour(hours: Hour[], wanted?: string): Hour[] {
  const seen = new Set<number>();
  return hours.filter(({ start }) => {
    const half = Math.floor(Date.parse(start) / 1_800_000);
    const first = !seen.has(half);
    seen.add(half);
    return first || (wanted !== undefined && Date.parse(start) === Date.parse(wanted));
  });
}

function nearestTo(start: string, hours: Hour[]): Hour[] {
  const distance = (hour: Hour) => Math.abs(Date.parse(hour.start) - Date.parse(start));
  return hours.toSorted((a, b) => distance(a) - distance(b)).slice(0, alternatives).sort((a, b) => a.start.localeCompare(b.start));
}
