import type { Booking_Status, Cancellation_By } from "@lacio/proto/booking/v1/booking_service";
import { defineEntity, p } from "@mikro-orm/core";
import type { BookingLine, Busy } from "./booking-line.ts";

export type Status = keyof typeof Booking_Status;
export type By = keyof typeof Cancellation_By;

/** The row of a booking; the methods are in booking.ts. */
export const BookingSchema = defineEntity({
  name: "Booking",
  tableName: "booking",
  properties: {
    id: p.uuid().primary(),
    clientId: p.uuid(),
    status: p.string().length(20).$type<Status>(),
    holdNo: p.smallint().nullable(),
    expiresAt: p.datetime(),
    price: p.bigint(),
    currency: p.string().length(3),
    freeUntilHours: p.integer(),
    lateRefundPercent: p.smallint(),
    paymentId: p.uuid().nullable(),
    paidAt: p.datetime().nullable(),
    cancelledBy: p.string().length(10).$type<By>().nullable(),
    cancelReason: p.string().length(500).nullable(),
    refund: p.bigint().nullable(),
    // What the client got back of the price: refunds, and disputes that the salon lost.
    refunded: p.bigint(),
    // What the salon still owes the client of it, because a refund failed.
    owed: p.bigint(),
    cancelledAt: p.datetime().nullable(),
    anyStaff: p.boolean(),
    // How it lost its stylist, the last time; kept after that has ended.
    lossId: p.uuid().nullable(),
    lostStaffId: p.uuid().nullable(),
    lostStaffName: p.string().length(100).nullable(),
    lostReason: p.string().length(500).nullable(),
    lostAt: p.datetime().nullable(),
    lostAbsenceId: p.uuid().nullable(),
    // The substitute whose time is occupied for it while it is REASSIGNING.
    heldStaffId: p.uuid().nullable(),
    heldStaffName: p.string().length(100).nullable(),
    heldUntil: p.datetime().nullable(),
    // What its substitutes took less than the price, which was given back. The price stays as sold: `refunded` counts that refund like any other.
    reduced: p.bigint(),
    startsAt: p.datetime(),
    endsAt: p.datetime(),
    revision: p.bigint(),
    createdAt: p.datetime(),
  },
});

/** A booking with its lines, as data: policy.ts and booking-facts.ts read it, and booking.ts calls them. */
export type StoredBooking = InstanceType<typeof BookingSchema.class> & { lines: BookingLine[] };

/** The time that it occupies: its stylist's; while it is REASSIGNING only that of a substitute who is held. */
export function busyOf({ status, heldStaffId, lines }: StoredBooking): Busy[] {
  if (status !== "REASSIGNING") return lines.flatMap((line) => line.busy());
  return heldStaffId ? lines.flatMap((line) => line.busy(heldStaffId)) : [];
}
