import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact, type Fact } from "@lacio/chassis/fact";
import {
  BookingLostStylistSchema,
  BookingReassignedSchema,
  StylistReturnedSchema,
  SubstituteHeldSchema,
  SubstituteReleasedSchema,
} from "@lacio/proto/booking/v1/events";
import { ids, showBusy } from "./booking-facts.ts";
import { showLine, showMoney } from "./booking-line.ts";
import type { StoredBooking } from "./booking-schema.ts";

// The events of a booking that lost its stylist, each made from the booking as it is after the change.

export const bookingLostStylist = (booking: StoredBooking, by?: { absenceId: string; absenceSize: number }): Fact =>
  fact(BookingLostStylistSchema, booking.id, {
    ...ids(booking),
    lossId: booking.lossId!,
    staffId: booking.lostStaffId!,
    lines: booking.lines.map(showLine),
    // What the client pays for it: a substitute may have been cheaper already.
    price: showMoney(booking, booking.price - booking.reduced),
    anyStaff: booking.anyStaff,
    lostAt: timestampFromDate(booking.lostAt!),
    soldAs: booking.lines[0]!.layout(),
    ...by,
  });

export const substituteHeld = (booking: StoredBooking): Fact =>
  fact(SubstituteHeldSchema, booking.id, {
    bookingId: booking.id,
    lossId: booking.lossId!,
    staffId: booking.heldStaffId!,
    until: timestampFromDate(booking.heldUntil!),
    busy: showBusy(booking),
    revision: booking.revision,
  });

export const substituteReleased = ({ id: bookingId, lossId, revision }: StoredBooking, staffId: string, absent: boolean): Fact =>
  fact(SubstituteReleasedSchema, bookingId, { bookingId, lossId: lossId!, staffId, absent, revision });

/** `refund`: what the substitute takes less; 0 when that is nothing. */
export const bookingReassigned = (booking: StoredBooking, oldLines: ReturnType<typeof showLine>[], refund: bigint): Fact =>
  fact(BookingReassignedSchema, booking.id, {
    ...ids(booking),
    lossId: booking.lossId!,
    oldLines,
    lines: booking.lines.map(showLine),
    busy: showBusy(booking),
    paymentId: booking.paymentId!,
    refund: refund > 0n ? showMoney(booking, refund) : undefined,
  });

export const stylistReturned = (booking: StoredBooking): Fact =>
  fact(StylistReturnedSchema, booking.id, {
    ...ids(booking),
    lossId: booking.lossId!,
    lines: booking.lines.map(showLine),
    busy: showBusy(booking),
  });
