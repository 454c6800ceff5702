import { invalid } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import { takeOver } from "../acts/take-over.ts";
import type { App, Rpc } from "../app.ts";
import { time } from "../domain/start-time.ts";
import { showBooking } from "./show-booking.ts";
import { visibleBooking } from "./visible-booking.ts";

export const holdSubstitute = (app: App): Rpc["holdSubstitute"] =>
  async function holdSubstitute({ bookingId, lossId, staffId, until }, ctx) {
    const end = time(until, "until");
    if (end <= app.now()) throw invalid("until", "must be in the future");
    const seen = await visibleBooking(app, bookingId, ctx);
    const held = await takeOver(
      app,
      seen,
      {
        ...{ lossId, staffId, start: seen.startsAt, refuseOverlap: false },
        change: (visit, stylist) => visit.holdSubstitute(stylist, end, app.now()),
        answer: (booking) => ({ booking: showBooking(booking, app.now()) }),
      },
      ctx,
    );
    failpoint("booking.after_hold_substitute");
    return held;
  };
