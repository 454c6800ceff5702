import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Booking_Status, Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import { showLine, showMoney } from "../domain/booking-line.ts";
import type { Booking } from "../domain/booking.ts";
import { clientOptions } from "../domain/policy.ts";

/** `now`: what its client may still do depends on the time. */
export function showBooking(booking: Booking, now: Date) {
  const { refundIfCancelled, freeUntil, lateRefund, movableUntil } = clientOptions(booking, now);
  return {
    bookingId: booking.id,
    status: Booking_Status[booking.status],
    clientId: booking.clientId,
    staffId: booking.lines[0]!.staffId,
    start: timestampFromDate(booking.startsAt),
    end: timestampFromDate(booking.endsAt),
    price: showMoney(booking, booking.price),
    lines: booking.lines.map(showLine),
    expiresAt: booking.status === "PENDING_PAYMENT" ? timestampFromDate(booking.expiresAt) : undefined,
    refundIfCancelled: refundIfCancelled === undefined ? undefined : showMoney(booking, refundIfCancelled),
    cancellation: showCancellation(booking),
    policy: { freeUntilHours: booking.freeUntilHours, lateRefundPercent: booking.lateRefundPercent },
    createdAt: timestampFromDate(booking.createdAt),
    paymentId: booking.paymentId ?? "",
    revision: booking.revision,
    movableUntil: movableUntil && timestampFromDate(movableUntil),
    freeUntil: freeUntil && timestampFromDate(freeUntil),
    refunded: showMoney(booking, booking.refunded),
    owed: showMoney(booking, booking.owed),
    lateRefund: lateRefund === undefined ? undefined : showMoney(booking, lateRefund),
    loss: showLoss(booking),
    anyStaff: booking.anyStaff,
  };
}

function showCancellation(booking: Booking) {
  if (booking.status !== "CANCELLED") return undefined;
  return {
    by: Cancellation_By[booking.cancelledBy!],
    reason: booking.cancelReason!,
    refund: showMoney(booking, booking.refund!),
    cancelledAt: timestampFromDate(booking.cancelledAt!),
  };
}

function showLoss({ lossId, lostStaffId, lostStaffName, lostReason, lostAt }: Booking) {
  if (!lossId) return undefined;
  return { lossId, staffId: lostStaffId!, staffName: lostStaffName!, reason: lostReason!, lostAt: timestampFromDate(lostAt!) };
}
