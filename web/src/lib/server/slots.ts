import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import { addDays, dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import { arrange, type Calendar, type Hour, type Wish } from "./calendar.ts";
import { isAway, refusalOf } from "./refusal.ts";

const daysShown = 14;
// What availability looks ahead at most.
const daysAhead = 365;

/** Asks for free hours: of a service, or those to which a booking can be moved. */
export type Source = (days: { date: string; toDate: string }) => Promise<{ slots: FreeSlot[] }>;
type FreeSlot = Pick<Slot, "start" | "end" | "staffId" | "staffName">;

export const ofService =
  ({ availability }: Api, serviceId: string): Source =>
  (days) =>
    availability.getAvailability({ serviceId, ...days });

/** Its own time counts as free. */
export const forMove =
  ({ booking }: Api, bookingId: string): Source =>
  (days) =>
    booking.getBookingSlots({ bookingId, ...days });

/** Two weeks of free hours around a wish. Undefined: availability is away; the page says so and keeps everything else. */
export async function calendarFor(source: Source, wish: Wish): Promise<Calendar | undefined> {
  const today = dayOf(new Date());
  const from = firstShown(today, wish.day ?? dayOf(wish.start ?? wish.held?.start ?? new Date()));
  const to = [addDays(from, daysShown - 1), addDays(today, daysAhead)].sort()[0]!;
  try {
    const days = Array.from({ length: daysShown }, (_, n) => addDays(from, n)).filter((day) => day <= to);
    return {
      ...arrange(await freeHours(source, from, to), days, wish, dayOf),
      today,
      ...(from > today && { previous: addDays(from, -daysShown) }),
      ...(to < addDays(today, daysAhead) && { next: addDays(from, daysShown) }),
    };
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

/** Who can take a start: she who is preferred when she can, or else whose turn it is. */
export async function whoIsFree(source: Source, start: string, preferred: string): Promise<string | undefined> {
  const hours = await freeHours(source, dayOf(start), dayOf(start));
  const free = hours.find((hour) => Date.parse(hour.start) === Date.parse(start))?.staff.map(({ id }) => id) ?? [];
  return free.includes(preferred) ? preferred : free[0];
}

/** Starts with everybody who is free then, in fair order. */
async function freeHours(source: Source, date: string, toDate: string): Promise<Hour[]> {
  try {
    return byStart((await source({ date, toDate })).slots);
  } catch (error) {
    // Days that nobody can book yet are days without room.
    if (!isAway(error) && refusalOf(error).code === Code.InvalidArgument) return [];
    throw error;
  }
}

function byStart(slots: FreeSlot[]): Hour[] {
  const hours = new Map<bigint, Hour>();
  for (const { start, end, staffId, staffName } of slots) {
    const hour = hours.get(start!.seconds) ?? { start: iso(timestampDate(start!)), end: iso(timestampDate(end!)), staff: [] };
    hour.staff.push({ id: staffId, name: staffName });
    hours.set(start!.seconds, hour);
  }
  return [...hours.values()];
}

/** Starts are full minutes. */
const iso = (at: Date): string => at.toISOString().replace(".000Z", "Z");

/** The first of the two weeks that hold a day; they are counted from today. A day out of reach counts as today. */
function firstShown(today: string, day: string): string {
  const ahead = Math.floor((Date.parse(day) - Date.parse(today)) / 86_400_000);
  return ahead > 0 && ahead <= daysAhead ? addDays(today, ahead - (ahead % daysShown)) : today;
}
