import type { Tx } from "@lacio/chassis/db";
import type { Job } from "@lacio/chassis/jobs";
import type { App } from "../app.ts";
import { lockBooking } from "../acts/load-bookings.ts";
import type { Booking } from "../domain/booking.ts";
import { later } from "../domain/busy-parts.ts";
import { release } from "../acts/occupancy.ts";

/** What lies behind waits for nobody: a visit that the stylist did not close completes itself some hours after its end. */
export const completeVisit =
  (app: App): Job["run"] =>
  async (bookingId, { end }) =>
    end(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      if (booking.status !== "CONFIRMED") return;
      if (completesAt(app, booking) > app.now()) return completeLater(app, tx, booking); // it was moved
      tx.emit(booking.complete(app.now()));
      await release(tx, [bookingId]);
    });

/** To be asked for whenever a paid booking gets a place. */
export function completeLater(app: App, tx: Tx, booking: Booking): void {
  if (booking.status === "CONFIRMED") tx.later("complete-visit", booking.id, completesAt(app, booking));
}

const completesAt = (app: App, { endsAt }: Booking): Date => later(endsAt, 60 * app.config.completeAfterHours);
