import { invalid, notFound } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import { lockBooking } from "../acts/load-bookings.ts";
import { loseVisit } from "../acts/lose-visit.ts";
import { release } from "../acts/occupancy.ts";
import { wordsKept } from "../acts/words-kept.ts";
import type { App, Rpc } from "../app.ts";
import { showBooking } from "./show-booking.ts";
import { actsAs, visibleBooking } from "./visible-booking.ts";

export const cancelBooking = (app: App): Rpc["cancelBooking"] =>
  async function cancelBooking({ bookingId, reason, expectedRevision, expectedRefund }, ctx) {
    const seen = await visibleBooking(app, bookingId, ctx);
    return app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      booking.refuseUnlessAt(expectedRevision || seen.revision);
      if (expectedRefund && expectedRefund.currencyCode !== booking.currency)
        throw invalid("expectedRefund.currencyCode", `must be ${booking.currency}, as the booking`);
      tx.emit(booking.cancel(actsAs(ctx), await wordsKept(tx, booking, reason), app.now(), expectedRefund?.minorUnits));
      await release(tx, [bookingId]);
      await tx.drop("complete-visit", bookingId);
      await tx.drop("watch-lost-visit", bookingId);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
  };

export const cancelStaffBooking = (app: App): Rpc["cancelStaffBooking"] =>
  async function cancelStaffBooking({ staffId, bookingId, reason }, ctx) {
    const cancelled = await app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      if (!booking.isOf(staffId)) throw notFound("booking");
      await loseVisit(app, tx, booking, reason);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
    failpoint("booking.after_loss");
    return cancelled;
  };
