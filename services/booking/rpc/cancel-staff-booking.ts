import { notFound } from "@lacio/chassis/errors";
import type { App, Rpc } from "../app.ts";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import { showBooking } from "./show-booking.ts";

export const cancelStaffBooking =
  (app: App): Rpc["cancelStaffBooking"] =>
  ({ staffId, bookingId, reason }, ctx) =>
    app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      if (!booking.isOf(staffId)) throw notFound("booking");
      tx.emit(booking.cancel("STYLIST", reason, app.now()));
      await release(tx, [bookingId]);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
