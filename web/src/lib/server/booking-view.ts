import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Booking_Status, Cancellation_By, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { getLocale } from "#lib/paraglide/runtime.js";
import { bookingCode } from "@lacio/salon/booking-code";
import { splitIva } from "@lacio/salon/iva";
import type { Api } from "./api.ts";

/** A booking as pages show it: times in RFC 3339, money in minor units of COP. */
export type BookingView = {
  id: string;
  /** What a person reads out at the desk. */
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
  /** Held, and the hold lasts. */
  payable: boolean;
  /** It was paid, whatever became of it. */
  paid: boolean;
  /** Where its time is, seen from now. */
  time: "ahead" | "running" | "past";
  /** What was seen, for a change that decides on it. */
  revision: string;
  refundIfCancelled: number;
  /** What she has back already, however it came there. */
  refunded: number;
  /** What more of the price she should have back. */
  owed: number;
  /** From here on a cancellation costs; absent when that is so already. The start: it never does. */
  freeUntil?: string;
  freeUntilHours: number;
  /** What a cancellation after that gives back. */
  lateRefund: number;
  /** Until when she can move it herself; absent when she cannot. */
  movableUntil?: string;
  createdAt: string;
  cancellation?: { by: keyof typeof Cancellation_By; reason: string; refund: number; at: string };
};

/** One booking of whoever is signed in. @throws ConnectError not_found for a stranger's */
export async function bookingView(api: Api, bookingId: string): Promise<BookingView> {
  return viewOf((await api.booking.getBooking({ bookingId })).booking!);
}

export function viewOf(booking: Booking, now = Date.now()): BookingView {
  const { bookingId, status, staffId, lines, policy, cancellation } = booking;
  const line = lines[0]!;
  const price = pesos(booking.price);
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
    refundIfCancelled: pesos(booking.refundIfCancelled),
    refunded: pesos(booking.refunded),
    owed: pesos(booking.owed),
    ...(booking.freeUntil && { freeUntil: iso(booking.freeUntil) }),
    freeUntilHours: policy?.freeUntilHours ?? 0,
    lateRefund: pesos(booking.lateRefund),
    ...(booking.movableUntil && { movableUntil: iso(booking.movableUntil) }),
    createdAt: iso(booking.createdAt),
    ...(cancellation && {
      cancellation: {
        by: Cancellation_By[cancellation.by] as keyof typeof Cancellation_By,
        reason: cancellation.reason,
        refund: pesos(cancellation.refund),
        at: iso(cancellation.cancelledAt),
      },
    }),
  };
}

const pesos = (money: { minorUnits: bigint } | undefined): number => Number(money?.minorUnits ?? 0n);
const iso = (at: Timestamp | undefined): string => (at ? timestampDate(at).toISOString() : "");
const millis = (at: Timestamp | undefined): number => timestampDate(at!).getTime();
