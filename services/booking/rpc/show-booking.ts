import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Booking_Status, Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import type { Booking } from "../domain/booking.ts";
import { clientOptions } from "../domain/client-options.ts";

/** The booking as callers see it at this moment. */
export function showBooking(booking: Booking, now: Date) {
  const { refundIfCancelled, freeUntil, lateRefund, movableUntil } = clientOptions(booking, now);
  return {
    bookingId: booking.id,
    status: Booking_Status[booking.status],
    clientId: booking.clientId,
    staffId: booking.lines[0]!.staffId,
    start: timestampFromDate(booking.startsAt),
    end: timestampFromDate(booking.endsAt),
    price: booking.money(booking.price),
    lines: booking.lineMessages(),
    expiresAt: booking.status === "PENDING_PAYMENT" ? timestampFromDate(booking.expiresAt) : undefined,
    refundIfCancelled: refundIfCancelled === undefined ? undefined : booking.money(refundIfCancelled),
    cancellation: cancellationOf(booking),
    policy: { freeUntilHours: booking.freeUntilHours, lateRefundPercent: booking.lateRefundPercent },
    createdAt: timestampFromDate(booking.createdAt),
    paymentId: booking.paymentId ?? "",
    revision: booking.revision,
    movableUntil: movableUntil && timestampFromDate(movableUntil),
    freeUntil: freeUntil && timestampFromDate(freeUntil),
    refunded: booking.money(booking.refunded),
    owed: booking.money(booking.owed),
    lateRefund: lateRefund === undefined ? undefined : booking.money(lateRefund),
  };
}

function cancellationOf(booking: Booking) {
  if (booking.status !== "CANCELLED") return undefined;
  return {
    by: Cancellation_By[booking.cancelledBy!],
    reason: booking.cancelReason!,
    refund: booking.money(booking.refund!),
    cancelledAt: timestampFromDate(booking.cancelledAt!),
  };
}
