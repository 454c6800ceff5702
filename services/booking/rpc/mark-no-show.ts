import type { App } from "../app.ts";
import { lockBooking } from "../domain/load-bookings.ts";
import { release } from "../domain/occupancy.ts";
import { showBooking } from "../domain/show-booking.ts";
import { visibleBooking } from "../domain/visible-booking.ts";
import type { Rpc } from "./index.ts";

export const markNoShow =
  (app: App): Rpc["markNoShow"] =>
  async ({ bookingId }, ctx) => {
    await visibleBooking(app, bookingId, ctx);
    return app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      tx.emit(booking.noShow(app.now()));
      await release(tx, [bookingId]);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
  };
