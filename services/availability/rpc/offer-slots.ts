import { caller, isAdmin } from "@lacio/chassis/access";
import { invalid } from "@lacio/chassis/errors";
import type { GetAvailabilityRequest } from "@lacio/proto/availability/v1/availability_service";
import type { App, Rpc } from "../app.ts";
import { readCalendar, type Question } from "../db/read-calendar.ts";
import { bookableAt, startMinute, type Bookable } from "../domain/bookable.ts";
import type { Calendar, Slot } from "../domain/calendar.ts";
import { freeSlots } from "../domain/free-slots.ts";
import { localDays, localDaysAround, parseDay, type LocalDays } from "../domain/local-days.ts";
import { showSlot } from "./show-slot.ts";

const maxDays = 31;

export const getAvailability = (app: App): Rpc["getAvailability"] =>
  async function getAvailability({ serviceId, skillId, staffId, ...days }, ctx) {
    return showOffer(await offerSlots(app, { serviceId, skillId, staffId, desk: isAdmin(caller(ctx)) }, days));
  };

export const findMoves = (app: App): Rpc["findMoves"] =>
  async function findMoves({ serviceId, staffId, bookingId: ignoreBookingId, soldAs, booked, desk, ...days }) {
    const where = booked && { start: startMinute(booked.start, "booked.start"), staffId: booked.staffId };
    return showOffer(await offerSlots(app, { serviceId, staffId, ignoreBookingId, soldAs, desk, booked: where }, days));
  };

type Days = Pick<GetAvailabilityRequest, "date" | "toDate" | "firstFree">;
type Wanted = Omit<Question, "days"> & {
  /** An ADMIN's question: the lead time does not apply. */
  desk: boolean;
  /** The current slot of a booking that is being moved, which is not offered again. */
  booked?: Pick<Slot, "start" | "staffId">;
};
type Offer = { slots: Slot[]; firstFree?: Slot };

/** The free starts of the days asked for, and on request the earliest bookable one of all. @throws Refusal naming the field */
async function offerSlots(app: App, wanted: Wanted, asked: Days): Promise<Offer> {
  const now = Math.floor(app.now().getTime() / 60_000);
  const days = askedDays(app.config.zone, asked, now);
  const calendar = await readCalendar(app.db, { ...wanted, days });
  if (!calendar) throw invalid("serviceId", "there is no such service", "service_unknown");
  if (wanted.staffId && calendar.stylists.length === 0) throw invalid("staffId", "there is no such stylist", "staff_unknown");
  const bookable = bookableAt(now, app.config.zone, calendar.settings, wanted.desk);
  if (days.lastDay > bookable.lastDay)
    throw invalid(asked.toDate ? "toDate" : "date", `must be at most ${calendar.settings.bookableDaysAhead} days ahead`);

  const slots = offered(calendar, days, bookable, wanted);
  if (!asked.firstFree) return { slots };
  const fromToday = days.firstDay <= bookable.firstDay;
  if (fromToday && slots[0]) return { slots, firstFree: slots[0] };
  return { slots, firstFree: await firstFree(app, wanted, { ...bookable, firstDay: fromToday ? days.lastDay + 1 : bookable.firstDay }) };
}

/** The days from `date` to `toDate`, inclusive. @throws Refusal naming the field */
function askedDays(zone: string, { date, toDate }: Days, now: number): LocalDays {
  const first = parseDay(date) ?? noSuchDay("date");
  const last = toDate ? (parseDay(toDate) ?? noSuchDay("toDate")) : first;
  if (last < first) throw invalid("toDate", "must not be before date");
  if (last - first >= maxDays) throw invalid("toDate", `must be less than ${maxDays} days after date`);
  if (first < localDaysAround(zone, now).firstDay - 1) throw invalid("date", "is in the past");
  return localDays(zone, first, last);
}

function noSuchDay(field: string): never {
  throw invalid(field, "there is no such day");
}

const offered = (calendar: Calendar, days: LocalDays, bookable: Bookable, { booked }: Wanted): Slot[] =>
  freeSlots(calendar, days, bookable).filter(({ start, staffId }) => start !== booked?.start || staffId !== booked.staffId);

// Search in widening windows: one week first, where the answer mostly is, then four weeks at a time up to the last bookable day.
async function firstFree(app: App, wanted: Wanted, bookable: Bookable): Promise<Slot | undefined> {
  for (let day = bookable.firstDay, length = 7; day <= bookable.lastDay; day += length, length = 28) {
    const days = localDays(app.config.zone, day, Math.min(day + length - 1, bookable.lastDay));
    const calendar = await readCalendar(app.db, { ...wanted, days });
    if (!calendar?.stylists.some(({ skilled }) => skilled)) return undefined;
    const [first] = offered(calendar, days, bookable, wanted);
    if (first) return first;
  }
  return undefined;
}

const showOffer = ({ slots, firstFree }: Offer) => ({ slots: slots.map(showSlot), firstFree: firstFree && showSlot(firstFree) });
