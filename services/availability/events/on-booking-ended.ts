import type { Once } from "@lacio/chassis/consume";
import type { BookingCancelled, BookingCompleted, BookingExpired, BookingNoShow } from "@lacio/proto/booking/v1/events";
import { replaceBusy } from "./replace-busy.ts";

/** A booking gives its time back, or what is left of it: a visit may end early. */
export const onBookingEnded =
  () =>
  async ({ bookingId, revision }: BookingExpired | BookingCancelled | BookingCompleted | BookingNoShow, once: Once) =>
    void (await once((tx) => replaceBusy(tx, bookingId, revision, [])));
