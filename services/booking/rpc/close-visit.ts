import type { HandlerContext } from "@connectrpc/connect";
import type { Fact } from "@lacio/chassis/fact";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import type { App, Rpc } from "../app.ts";
import type { Booking } from "../domain/booking.ts";
import { showBooking } from "./show-booking.ts";
import { visibleBooking } from "./visible-booking.ts";

// A visit that nobody closes completes itself, see timers/complete-visit.ts.

export const completeBooking = (app: App): Rpc["completeBooking"] =>
  function completeBooking({ bookingId }, ctx) {
    return closeVisit(app, bookingId, ctx, (booking) => booking.complete(app.now()));
  };

export const markNoShow = (app: App): Rpc["markNoShow"] =>
  function markNoShow({ bookingId }, ctx) {
    return closeVisit(app, bookingId, ctx, (booking) => booking.noShow(app.now(), app.config.noShowCorrectionDays));
  };

async function closeVisit(app: App, bookingId: string, ctx: HandlerContext, close: (booking: Booking) => Fact) {
  await visibleBooking(app, bookingId, ctx);
  return app.transact(async (tx) => {
    const booking = await lockBooking(tx, bookingId);
    tx.emit(close(booking));
    await release(tx, [bookingId]);
    await tx.drop("complete-visit", bookingId);
    return { booking: showBooking(booking, app.now()) };
  }, ctx);
}
