import type { App, Rpc } from "../app.ts";
import { readCalendar } from "../db/read-calendar.ts";
import { bookableAt, startMinute } from "../domain/bookable.ts";
import type { Slot } from "../domain/calendar.ts";
import { freeSlots, nearest } from "../domain/free-slots.ts";
import { localDaysAround } from "../domain/local-days.ts";
import { showSlot } from "./show-slot.ts";

// Search in widening windows: the day itself mostly suffices; only otherwise is a month read.
const windows = [
  { before: 0, after: 1 },
  { before: 3, after: 28 },
];

export const findAlternatives = (app: App): Rpc["findAlternatives"] =>
  async function findAlternatives({ serviceId, start, staffId, ignoreBookingId, limit, soldAs, desk }) {
    const wished = Math.floor(startMinute(start));
    const now = Math.floor(app.now().getTime() / 60_000);
    let slots: Slot[] = [];
    for (const { before, after } of windows) {
      const days = localDaysAround(app.config.zone, wished, before, after);
      const calendar = await readCalendar(app.db, { serviceId, days, ignoreBookingId, soldAs });
      slots = calendar
        ? freeSlots(calendar, days, bookableAt(now, app.config.zone, calendar.settings, desk)).filter(
            (slot) => slot.start !== wished || slot.staffId !== staffId,
          )
        : [];
      if (slots.length >= limit) break;
    }
    return { slots: nearest(slots, wished, staffId || undefined, limit).map(showSlot) };
  };
