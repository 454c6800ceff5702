import { invalid } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import type { ReassignBookingRequest } from "@lacio/proto/booking/v1/booking_service";
import { readSettings } from "../acts/read-settings.ts";
import { takeOver } from "../acts/take-over.ts";
import type { App, Rpc } from "../app.ts";
import type { Booking } from "../domain/booking.ts";
import { startTime, time } from "../domain/start-time.ts";
import { showBooking } from "./show-booking.ts";
import { visibleBooking } from "./visible-booking.ts";

export const reassignBooking = (app: App): Rpc["reassignBooking"] =>
  async function reassignBooking(req, ctx) {
    const { bookingId, lossId, staffId, price, refuseOverlap } = req;
    const seen = await visibleBooking(app, bookingId, ctx);
    const start = await startOf(app, seen, req);
    if (price && price.currencyCode !== seen.currency) throw invalid("price.currencyCode", `must be ${seen.currency}, as the booking`);
    const reassigned = await takeOver(
      app,
      seen,
      {
        ...{ lossId, staffId, start, refuseOverlap },
        change: (visit, stylist) => visit.reassign({ stylist, start, named: staffId !== "", price: price?.minorUnits }, app.now()),
        answer: (booking) => ({ booking: showBooking(booking, app.now()) }),
      },
      ctx,
    );
    failpoint("booking.after_reassign");
    return reassigned;
  };

// Its own start was bookable when it was booked, even if the settings allow fewer days ahead now.
async function startOf(app: App, seen: Booking, { start }: ReassignBookingRequest): Promise<Date> {
  const { zone } = app.config;
  const now = app.now();
  const own = seen.startsAt > now && time(start, "start").getTime() === seen.startsAt.getTime();
  return own ? seen.startsAt : startTime(start, "SALON", await readSettings(app.db), { zone, now, field: "start" });
}
