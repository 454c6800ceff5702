import type { Tx } from "@lacio/chassis/db";
import type { Job } from "@lacio/chassis/jobs";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import type { App } from "../app.ts";
import type { Booking } from "../domain/booking.ts";
import { LostVisit } from "../domain/lost-visit.ts";

/**
 * Ends the hold of a substitute at its time, and at the visit's start the visit: if nobody has decided until then, because reassignment was
 * down, it is refunded in full.
 */
export const watchLostVisit = (app: App): Job["run"] =>
  async function watchLostVisit(bookingId, { end }) {
    await end(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      if (booking.status !== "REASSIGNING") return;
      const now = app.now();
      if (due(booking) > now) return watchLater(tx, booking); // another substitute is held since
      const begins = booking.startsAt <= now;
      tx.emit(begins ? new LostVisit(booking).refund(false, now) : new LostVisit(booking).releaseSubstitute(false));
      await release(tx, [bookingId]);
      if (!begins) watchLater(tx, booking);
    });
  };

/** Asks for the job, in the transaction in which a visit loses its stylist or a substitute is held for it. */
export const watchLater = (tx: Tx, booking: Booking): void => tx.later("watch-lost-visit", booking.id, due(booking));

const due = ({ heldUntil, startsAt }: Booking): Date => (heldUntil && heldUntil < startsAt ? heldUntil : startsAt);
