import { invalid } from "@lacio/chassis/errors";
import type { App } from "../app.ts";
import { readCalendar } from "../db/read-calendar.ts";
import { freeSlots } from "../domain/free-slots.ts";
import { askedDays } from "./get-availability.ts";
import type { Rpc } from "./index.ts";
import { slotView } from "./view.ts";

export const findMoves =
  (app: App): Rpc["findMoves"] =>
  async (req) => {
    const now = Math.floor(app.now().getTime() / 60_000);
    const days = askedDays(app, req, now);
    const { serviceId, staffId, bookingId: ignoreBookingId, soldAs } = req;
    const calendar = await readCalendar(app.db, { serviceId, days, staffId, ignoreBookingId, soldAs });
    if (!calendar) throw invalid("serviceId", "there is no such service", "service_unknown");
    return { slots: freeSlots(calendar, days, now, app.config.gridMinutes).map(slotView) };
  };
