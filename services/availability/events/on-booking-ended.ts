import type { Once } from "@lacio/chassis/consume";
import type { BookingCancelled, BookingExpired } from "@lacio/proto/booking/v1/events";
import { replaceBusy } from "./replace-busy.ts";

/** A booking gives its time back. */
export const onBookingEnded =
  () =>
  async ({ bookingId, revision }: BookingExpired | BookingCancelled, once: Once) =>
    void (await once((tx) => replaceBusy(tx, bookingId, revision, [])));
