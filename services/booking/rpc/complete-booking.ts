import type { App, Rpc } from "../app.ts";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import { showBooking } from "./show-booking.ts";
import { visibleBooking } from "./visible-booking.ts";

export const completeBooking =
  (app: App): Rpc["completeBooking"] =>
  async ({ bookingId }, ctx) => {
    await visibleBooking(app, bookingId, ctx);
    return app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      tx.emit(booking.complete(app.now()));
      await release(tx, [bookingId]);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
  };
