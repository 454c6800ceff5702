import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import { addDays, dayOf } from "#lib/format.ts";
import type { Api } from "./api.ts";
import { arrange, type Calendar, type Hour, type Wish } from "./calendar.ts";
import { isAway, refusalOf } from "./refusal.ts";

const daysShown = 14;

/** Where free hours come from (of a service, or for a reschedule), with the salon's booking horizon and grid. */
export type Source = { free(asked: Asked): Promise<{ slots: FreeSlot[]; firstFree?: FreeSlot }>; settings(): Promise<Bookable> };
type Bookable = { bookableDaysAhead: number; gridMinutes: number };
type Asked = { date: string; toDate: string; staffId?: string; firstFree?: boolean };
type FreeSlot = Pick<Slot, "start" | "end" | "staffId" | "staffName">;

export const ofService = ({ availability, staff }: Api, serviceId: string): Source => ({
  free: (asked) => availability.getAvailability({ serviceId, ...asked }),
  settings: () => settingsOf(staff),
});

/** The booking's own time counts as free. */
export const forMove = ({ booking, staff }: Api, bookingId: string): Source => ({
  free: (asked) => booking.getBookingSlots({ bookingId, ...asked }),
  settings: () => settingsOf(staff),
});

/** For who holds the link of a mail about a visit that lost its stylist. */
export const forLink = ({ reassignment, staff }: Api, token: string): Source => ({
  free: (asked) => reassignment.getSlotsByLink({ token, ...asked }),
  settings: () => settingsOf(staff),
});

async function settingsOf(staff: Api["staff"]): Promise<Bookable> {
  const { bookableDaysAhead, gridMinutes } = (await staff.getSettings({})).settings!;
  return { bookableDaysAhead: bookableDaysAhead!, gridMinutes: gridMinutes! };
}

/** Two weeks of free hours around a wish. Undefined: availability is unavailable, and the page is rendered without hours. */
export async function calendarFor(source: Source, wish: Wish): Promise<Calendar | undefined> {
  const today = dayOf(new Date());
  try {
    const { bookableDaysAhead, gridMinutes } = await source.settings();
    const last = addDays(today, bookableDaysAhead);
    const from = firstShown(today, last, wish.day ?? dayOf(wish.start ?? wish.held?.start ?? new Date()));
    const to = [addDays(from, daysShown - 1), last].sort()[0]!;
    const days = Array.from({ length: daysShown }, (_, n) => addDays(from, n)).filter((day) => day <= to);
    const shown = arrange(await freeHours(source, from, to), days, wish, { dayOf, gridMinutes });
    return {
      ...shown,
      first: from === today && shown.first ? shown.first : await firstOfAll(source, today, shown),
      today,
      ...(from > today && { previous: addDays(from, -daysShown) }),
      ...(to < last && { next: addDays(from, daysShown) }),
    };
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

/** The stylist for a start: the preferred one if she is free, otherwise the first in fair order. */
export async function whoIsFree(source: Source, start: string, preferred: string): Promise<string | undefined> {
  const hours = await freeHours(source, dayOf(start), dayOf(start));
  const free = hours.find((hour) => Date.parse(hour.start) === Date.parse(start))?.staff.map(({ id }) => id) ?? [];
  return free.includes(preferred) ? preferred : free[0];
}

/** Starts with the stylists who are free then, in fair order. */
const freeHours = async (source: Source, date: string, toDate: string): Promise<Hour[]> =>
  byStart((await asking(source, { date, toDate })).slots);

/** The first free start on any day; within the shown days the page's own list decides, as it includes the client's hold. */
async function firstOfAll(source: Source, today: string, { days, staffId, first }: Pick<Calendar, "days" | "staffId" | "first">) {
  const { firstFree } = await asking(source, { date: today, toDate: today, staffId, firstFree: true });
  const [found] = byStart(firstFree ? [firstFree] : []);
  return found && days.some(({ day }) => day === dayOf(found.start)) ? first : found;
}

async function asking(source: Source, asked: Asked): ReturnType<Source["free"]> {
  try {
    return await source.free(asked);
  } catch (error) {
    // Days beyond the booking horizon are shown as full.
    if (!isAway(error) && refusalOf(error).code === Code.InvalidArgument) return { slots: [] };
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

/** Without milliseconds: starts are whole minutes. */
const iso = (at: Date): string => at.toISOString().replace(".000Z", "Z");

/** The first day of the two-week page that holds a day; pages count from today. A day beyond the horizon counts as today. */
function firstShown(today: string, last: string, day: string): string {
  const ahead = Math.floor((Date.parse(day) - Date.parse(today)) / 86_400_000);
  return ahead > 0 && day <= last ? addDays(today, ahead - (ahead % daysShown)) : today;
}
