import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Booking_Status, Cancellation_By, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { getLocale } from "#lib/paraglide/runtime.js";
import { bookingCode } from "@lacio/salon/booking-code";
import { splitIva } from "@lacio/salon/iva";
import type { Api } from "./api.ts";

/** A booking as pages show it: times in RFC 3339, money in minor units of COP. */
export type BookingView = {
  id: string;
  /** The code that people read out at the desk, `9B10-1E32`. */
  code: string;
  status: keyof typeof Booking_Status;
  service: string;
  serviceId: string;
  staffId: string;
  stylist: string;
  start: string;
  end: string;
  price: number;
  base: number;
  iva: number;
  ivaPercent: number;
  /** End of the hold, while it is unpaid. */
  payUntil?: string;
  /** Held, and the hold has not expired. */
  payable: boolean;
  /** It was paid, even if it was cancelled or refunded later. */
  paid: boolean;
  /** The visit's time relative to now. */
  time: "ahead" | "running" | "past";
  /** Optimistic concurrency: a form sends it back as `expected_revision`. */
  revision: string;
  refundIfCancelled: number;
  /** What was refunded so far, for whatever reason. */
  refunded: number;
  /** What the salon still owes the client of the price. */
  owed: number;
  /** When free cancellation ends; absent when it has ended. Equal to `start`: cancelling is always free. */
  freeUntil?: string;
  freeUntilHours: number;
  /** The refund of a cancellation after `freeUntil`. */
  lateRefund: number;
  /** Until when the client can reschedule it; absent when she cannot. */
  movableUntil?: string;
  createdAt: string;
  cancellation?: { by: keyof typeof Cancellation_By; reason: string; refund: number; at: string };
  /** How it lost its stylist, the last time: who could not come, and why. Still open while it is REASSIGNING. */
  loss?: { staffId: string; stylist: string; reason: string; at: string };
};

/** A booking of the signed-in user. @throws ConnectError not_found for another client's */
export async function bookingView(api: Api, bookingId: string): Promise<BookingView> {
  return viewOf((await api.booking.getBooking({ bookingId })).booking!);
}

export function viewOf(booking: Booking, now = Date.now()): BookingView {
  const { bookingId, status, staffId, lines, policy, cancellation, loss } = booking;
  const line = lines[0]!;
  const price = centavos(booking.price);
  const { base, iva } = splitIva(booking.price?.minorUnits ?? 0n, line.ivaPercent);
  return {
    id: bookingId,
    code: bookingCode(bookingId),
    status: Booking_Status[status] as keyof typeof Booking_Status,
    service: (getLocale() === "en" && line.serviceNameEn) || line.serviceName,
    serviceId: line.serviceId,
    staffId,
    stylist: line.staffName,
    start: iso(booking.start),
    end: iso(booking.end),
    ...{ price, base: Number(base), iva: Number(iva), ivaPercent: line.ivaPercent },
    ...(booking.expiresAt && { payUntil: iso(booking.expiresAt) }),
    payable: booking.expiresAt !== undefined && millis(booking.expiresAt) > now,
    paid: booking.paymentId !== "",
    time: millis(booking.start) > now ? "ahead" : millis(booking.end) > now ? "running" : "past",
    revision: String(booking.revision),
    refundIfCancelled: centavos(booking.refundIfCancelled),
    refunded: centavos(booking.refunded),
    owed: centavos(booking.owed),
    ...(booking.freeUntil && { freeUntil: iso(booking.freeUntil) }),
    freeUntilHours: policy?.freeUntilHours ?? 0,
    lateRefund: centavos(booking.lateRefund),
    ...(booking.movableUntil && { movableUntil: iso(booking.movableUntil) }),
    createdAt: iso(booking.createdAt),
    ...(cancellation && {
      cancellation: {
        by: Cancellation_By[cancellation.by] as keyof typeof Cancellation_By,
        reason: cancellation.reason,
        refund: centavos(cancellation.refund),
        at: iso(cancellation.cancelledAt),
      },
    }),
    ...(loss && { loss: { staffId: loss.staffId, stylist: loss.staffName, reason: loss.reason, at: iso(loss.lostAt) } }),
  };
}

const centavos = (money: { minorUnits: bigint } | undefined): number => Number(money?.minorUnits ?? 0n);
const iso = (at: Timestamp | undefined): string => (at ? timestampDate(at).toISOString() : "");
const millis = (at: Timestamp | undefined): number => timestampDate(at!).getTime();
