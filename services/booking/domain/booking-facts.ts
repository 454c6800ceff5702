import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact, type Fact } from "@lacio/chassis/fact";
import { Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import {
  BookingCancelledSchema,
  BookingCompletedSchema,
  BookingCreatedSchema,
  BookingExpiredSchema,
  BookingNoShowSchema,
  BookingPaidSchema,
  BookingPaymentDeclinedSchema,
  BookingRescheduledSchema,
} from "@lacio/proto/booking/v1/events";
import { showLine, showMoney } from "./booking-line.ts";
import { busyOf, type StoredBooking } from "./booking-schema.ts";

// The events of a booking, each made from the booking as it is after the change.

export const bookingCreated = (booking: StoredBooking): Fact =>
  fact(BookingCreatedSchema, booking.id, {
    ...ids(booking),
    ...linesAndPrice(booking),
    busy: showBusy(booking),
    expiresAt: timestampFromDate(booking.expiresAt),
  });

/** `claimedAgain`: availability has freed the busy parts of the expired hold, so it needs them again. */
export const bookingPaid = (booking: StoredBooking, claimedAgain: boolean): Fact =>
  fact(BookingPaidSchema, booking.id, {
    ...ids(booking),
    ...linesAndPrice(booking),
    paymentId: booking.paymentId!,
    paidAt: timestampFromDate(booking.paidAt!),
    busy: claimedAgain ? showBusy(booking) : [],
  });

/** The payment must be refunded in full. */
export const paymentDeclined = (bookingId: string, clientId: string, paymentId: string, reason: string): Fact =>
  fact(BookingPaymentDeclinedSchema, bookingId, { bookingId, clientId, paymentId, reason });

export const bookingExpired = (booking: StoredBooking): Fact => fact(BookingExpiredSchema, booking.id, ids(booking));

/** `lossId`: the loss that this ends; "" where it had not lost its stylist. */
export const bookingCancelled = (booking: StoredBooking, lossId: string, clientErased: boolean): Fact =>
  fact(BookingCancelledSchema, booking.id, {
    ...ids(booking),
    paymentId: booking.paymentId ?? "",
    refund: showMoney(booking, booking.refund!),
    refundedBefore: showMoney(booking, booking.refunded),
    owedBefore: showMoney(booking, booking.owed),
    by: Cancellation_By[booking.cancelledBy!],
    lines: booking.lines.map(showLine),
    lossId,
    clientErased,
  });

/** `lossId` as in `bookingCancelled`. */
export const bookingRescheduled = (booking: StoredBooking, oldLines: ReturnType<typeof showLine>[], lossId = ""): Fact =>
  fact(BookingRescheduledSchema, booking.id, {
    ...ids(booking),
    oldLines,
    lines: booking.lines.map(showLine),
    busy: showBusy(booking),
    lossId,
  });

export const bookingCompleted = (booking: StoredBooking): Fact =>
  fact(BookingCompletedSchema, booking.id, { ...ids(booking), staffId: booking.lines[0]!.staffId });

export const bookingNoShow = (booking: StoredBooking): Fact =>
  fact(BookingNoShowSchema, booking.id, { ...ids(booking), staffId: booking.lines[0]!.staffId });

export const ids = ({ id: bookingId, clientId, revision }: StoredBooking) => ({ bookingId, clientId, revision });

const linesAndPrice = (booking: StoredBooking) => ({ lines: booking.lines.map(showLine), price: showMoney(booking, booking.price) });

export const showBusy = (booking: StoredBooking) =>
  busyOf(booking).map(({ staffId, start, end }) => ({ staffId, start: timestampFromDate(start), end: timestampFromDate(end) }));
