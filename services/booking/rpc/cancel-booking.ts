import { invalid } from "@lacio/chassis/errors";
import type { App, Rpc } from "../app.ts";
import { lockBooking } from "../acts/load-bookings.ts";
import { release } from "../acts/occupancy.ts";
import { showBooking } from "./show-booking.ts";
import { actsAs, visibleBooking } from "./visible-booking.ts";

export const cancelBooking =
  (app: App): Rpc["cancelBooking"] =>
  async ({ bookingId, reason, expectedRevision, expectedRefund }, ctx) => {
    const seen = await visibleBooking(app, bookingId, ctx);
    return app.transact(async (tx) => {
      const booking = await lockBooking(tx, bookingId);
      booking.refuseUnlessAt(expectedRevision || seen.revision);
      if (expectedRefund && expectedRefund.currencyCode !== booking.currency)
        throw invalid("expectedRefund.currencyCode", `must be ${booking.currency}, as the booking`);
      tx.emit(booking.cancel(actsAs(ctx), reason, app.now(), expectedRefund?.minorUnits));
      await release(tx, [bookingId]);
      return { booking: showBooking(booking, app.now()) };
    }, ctx);
  };
