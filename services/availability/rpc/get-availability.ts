import { invalid } from "@lacio/chassis/errors";
import type { GetAvailabilityRequest } from "@lacio/proto/availability/v1/availability_service";
import type { App } from "../app.ts";
import { readCalendar } from "../db/read-calendar.ts";
import { freeSlots } from "../domain/free-slots.ts";
import { localDays, localDaysAround, parseDay, type LocalDays } from "../domain/local-days.ts";
import type { Rpc } from "./index.ts";
import { slotView } from "./view.ts";

const maxDays = 31;

export const getAvailability =
  (app: App): Rpc["getAvailability"] =>
  async (req) => {
    const now = Math.floor(app.now().getTime() / 60_000);
    const days = askedDays(app, req, now);
    const { serviceId, skillId, staffId } = req;
    const calendar = await readCalendar(app.db, { serviceId, days, skillId, staffId });
    if (!calendar) throw invalid("serviceId", "there is no such service", "service_unknown");
    if (staffId && calendar.stylists.length === 0) throw invalid("staffId", "there is no such stylist", "staff_unknown");
    return { slots: freeSlots(calendar, days, now, app.config.gridMinutes).map(slotView) };
  };

/** The days from `date` to `toDate`, that one too. @throws Refusal naming the field */
export function askedDays({ config }: App, { date, toDate }: Pick<GetAvailabilityRequest, "date" | "toDate">, now: number): LocalDays {
  const first = parseDay(date) ?? noSuchDay("date");
  const last = toDate ? (parseDay(toDate) ?? noSuchDay("toDate")) : first;
  if (last < first) throw invalid("toDate", "must not be before date");
  if (last - first >= maxDays) throw invalid("toDate", `must be less than ${maxDays} days after date`);
  const today = localDaysAround(config.zone, now).firstDay;
  if (last > today + config.daysAhead) throw invalid(toDate ? "toDate" : "date", `must be at most ${config.daysAhead} days ahead`);
  if (first < today - 1) throw invalid("date", "is in the past");
  return localDays(config.zone, first, last);
}

function noSuchDay(field: string): never {
  throw invalid(field, "there is no such day");
}
