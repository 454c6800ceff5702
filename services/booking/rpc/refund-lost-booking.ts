import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import type { App, Rpc } from "../app.ts";
import { LostVisit } from "../domain/lost-visit.ts";
import { showBooking } from "./show-booking.ts";

export const refundLostBooking = (app: App): Rpc["refundLostBooking"] =>
  function refundLostBooking({ bookingId, lossId, declined }, ctx) {
    return app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      tx.emit(new LostVisit(booking, lossId).refund(declined, app.now()));
      await release(tx, [bookingId]);
      await tx.drop("watch-lost-visit", bookingId);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
  };
