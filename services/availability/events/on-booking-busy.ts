import type { Once } from "@lacio/chassis/consume";
import type { BookingCreated, BookingPaid, BookingRescheduled } from "@lacio/proto/booking/v1/events";
import { replaceBusy } from "./replace-busy.ts";

/** A booking takes time: made, moved, or claimed again by a late payment. */
export const onBookingBusy =
  () =>
  async ({ bookingId, revision, busy }: BookingCreated | BookingPaid | BookingRescheduled, once: Once) => {
    // Paid in time: the parts are the ones it has had since it was made.
    if (busy.length > 0) await once((tx) => replaceBusy(tx, bookingId, revision, busy));
  };
