import type { HandlerContext } from "@connectrpc/connect";
import { invalid } from "@lacio/chassis/errors";
import type { RescheduleBookingRequest } from "@lacio/proto/booking/v1/booking_service";
import { findCandidates } from "../acts/find-candidates.ts";
import { moveBooking } from "../acts/move-booking.ts";
import { slotTaken } from "../acts/slot-taken.ts";
import { refuseOwnOverlap } from "../acts/refuse-overlap.ts";
import { readSettings } from "../acts/read-settings.ts";
import type { App, Rpc } from "../app.ts";
import type { Stylist } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";
import { refuseUnlessMovable } from "../domain/policy.ts";
import { startTime } from "../domain/start-time.ts";
import { showBooking } from "./show-booking.ts";
import { actsAs, visibleBooking } from "./visible-booking.ts";

export const rescheduleBooking = (app: App): Rpc["rescheduleBooking"] =>
  async function rescheduleBooking(req, ctx) {
    const by = actsAs(ctx);
    const start = startTime(req.desiredStart, by, await readSettings(app.db), { zone: app.config.zone, now: app.now() });
    const seen = await visibleBooking(app, req.bookingId, ctx);
    if (req.expectedRevision) seen.refuseUnlessAt(req.expectedRevision);
    refuseUnlessMovable(seen, by, app.now());
    const [line] = seen.lines;
    const soldAs = line!.layout();
    const where = { start, staffId: req.staffId || line!.staffId };
    const wanted = { ...where, serviceId: line!.serviceId, ignoreBookingId: seen.id, soldAs, desk: by === "SALON" };
    if (start.getTime() === line!.startsAt.getTime() && wanted.staffId === line!.staffId)
      throw invalid("desiredStart", "is when the booking is already", "same_slot");

    const { stylists } = await findCandidates(app, wanted);
    const [stylist] = stylists as [Stylist];
    if (req.validateOnly) return preview(app, seen, { start, stylist }, req, ctx);
    const change = (booking: Booking, stylist: Stylist) => {
      booking.refuseUnlessAt(seen.revision);
      return booking.reschedule(by, { start, stylist }, app.now());
    };
    const answer = (booking: Booking) => ({ booking: showBooking(booking, app.now()) });
    const moved = await moveBooking(app, seen, { start, stylists: [stylist], refuseOverlap: req.refuseOverlap, change, answer }, ctx);
    if (!moved) throw await slotTaken(app, wanted, soldAs);
    return moved;
  };

// Moves the copy in memory, which is never written.
async function preview(
  app: App,
  seen: Booking,
  to: { stylist: Stylist; start: Date },
  { refuseOverlap }: RescheduleBookingRequest,
  ctx: HandlerContext,
) {
  seen.reschedule(actsAs(ctx), to, app.now());
  if (refuseOverlap) await refuseOwnOverlap(app.db.sql, app.db.read(), seen, app.now());
  return { booking: showBooking(seen, app.now()) };
}
