import type { Tx } from "@lacio/chassis/db";
import type { Job } from "@lacio/chassis/jobs";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import type { App } from "../app.ts";
import { later } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";

/** A visit that nobody closed (rpc/close-visit.ts) completes itself some hours after its end. */
export const completeVisit = (app: App): Job["run"] =>
  async function completeVisit(bookingId, { end }) {
    await end(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      if (booking.status !== "CONFIRMED") return;
      if (completesAt(app, booking) > app.now()) return completeLater(app, tx, booking); // it was moved
      tx.emit(booking.complete(app.now()));
      await release(tx, [bookingId]);
    });
  };

/** Asks for the job, in the transaction in which a booking is paid, a paid one is moved, or a lost one is CONFIRMED again. */
export function completeLater(app: App, tx: Tx, booking: Booking): void {
  if (booking.status === "CONFIRMED") tx.later("complete-visit", booking.id, completesAt(app, booking));
}

const completesAt = (app: App, { endsAt }: Booking): Date => later(endsAt, 60 * app.config.completeAfterHours);
