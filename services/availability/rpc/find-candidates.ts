import type { App, Rpc } from "../app.ts";
import { readCalendar } from "../db/read-calendar.ts";
import { candidates } from "../domain/candidates.ts";
import { localDaysAround } from "../domain/local-days.ts";
import { startMinute } from "../domain/start-minute.ts";
import { termsView } from "./view.ts";

export const findCandidates =
  (app: App): Rpc["findCandidates"] =>
  async ({ serviceId, start, staffId, ignoreBookingId, soldAs }) => {
    const minute = startMinute(start);
    const days = localDaysAround(app.config.zone, Math.floor(minute));
    const calendar = await readCalendar(app.db, { serviceId, days, staffId, ignoreBookingId, soldAs });
    if (!calendar) return { reason: "service_unknown" };
    const { stylists, reason } = candidates(calendar, days, minute, staffId || undefined);
    return { terms: termsView(calendar.service), candidates: stylists.map(({ staffId, staffName }) => ({ staffId, staffName })), reason };
  };
