import type { HandlerContext } from "@connectrpc/connect";
import { invalid } from "@lacio/chassis/errors";
import type { RescheduleBookingRequest } from "@lacio/proto/booking/v1/booking_service";
import { findCandidates } from "../acts/find-candidates.ts";
import { slotTaken } from "../acts/slot-taken.ts";
import { expireHoldsInTheWay } from "../acts/expire-holds.ts";
import { lockBooking } from "../acts/load-bookings.ts";
import { lockStaff, occupy, release } from "../acts/occupancy.ts";
import { refuseOwnOverlap } from "../acts/refuse-overlap.ts";
import { readSettings } from "../acts/read-settings.ts";
import type { App, Rpc } from "../app.ts";
import { busyParts, type Stylist } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";
import { refuseUnlessMovable } from "../domain/policy.ts";
import { startTime } from "../domain/start-time.ts";
import { completeLater } from "../timers/complete-visit.ts";
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
    const to = { start, stylist: stylists[0]! };
    if (req.validateOnly) return preview(app, seen, to, req, ctx);
    const moved = (await move(app, seen, to, req, ctx)) ?? (await moveAfterExpiry(app, seen, to, req, ctx));
    if (!moved) throw await slotTaken(app, wanted, soldAs);
    return moved;
  };

type Place = { stylist: Stylist; start: Date };

// Moves the copy in memory, which is never written.
async function preview(app: App, seen: Booking, to: Place, { refuseOverlap }: RescheduleBookingRequest, ctx: HandlerContext) {
  seen.reschedule(actsAs(ctx), to, app.now());
  if (refuseOverlap) await refuseOwnOverlap(app.db.sql, app.db.read(), seen, app.now());
  return { booking: showBooking(seen, app.now()) };
}

// Gives the old slot back and takes the new one in one transaction. Undefined when the new one is taken: all of it is rolled back.
async function move(app: App, seen: Booking, to: Place, { refuseOverlap }: RescheduleBookingRequest, ctx: HandlerContext) {
  try {
    return await app.transact(async (tx) => {
      const booking = await lockBooking(tx, seen.id);
      booking.refuseUnlessAt(seen.revision);
      await lockStaff(tx, [...booking.lines.map((line) => line.staffId), to.stylist.staffId]);
      const moved = booking.reschedule(actsAs(ctx), to, app.now());
      // Lock order, against deadlocks: first the advisory lock on the client, then rows of occupancy, as a claim does.
      if (refuseOverlap) await refuseOwnOverlap(tx.sql, tx.em, booking, app.now());
      await release(tx, [booking.id]);
      tx.emit(moved);
      if (!(await occupy(tx, booking))) throw new SlotGone();
      completeLater(app, tx, booking);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
  } catch (error) {
    if (error instanceof SlotGone) return undefined;
    throw error;
  }
}

class SlotGone extends Error {}

async function moveAfterExpiry(app: App, seen: Booking, to: Place, req: RescheduleBookingRequest, ctx: HandlerContext) {
  const parts = busyParts(seen.lines[0]!, to.stylist.staffId, to.start);
  return (await expireHoldsInTheWay(app, parts, seen.clientId)) ? move(app, seen, to, req, ctx) : undefined;
}
