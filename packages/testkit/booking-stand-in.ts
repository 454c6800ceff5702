import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { BookingSchema, BookingService, LineSchema, type Booking } from "@lacio/proto/booking/v1/booking_service";
import { standIn } from "./stand-in.ts";

export type BookingStandIn = Awaited<ReturnType<typeof startBookingStandIn>>;

/** A fake BookingService: GetBooking answers what the test put into `bookings`, else not_found. */
export async function startBookingStandIn() {
  const bookings = new Map<string, Booking>();
  const { url, stop } = await standIn(BookingService, {
    getBooking({ bookingId }) {
      const booking = bookings.get(bookingId);
      if (!booking) throw new ConnectError("no such booking", Code.NotFound);
      return { booking };
    },
  });
  return {
    url,
    bookings,
    put(booking: MessageInitShape<typeof BookingSchema>): Booking {
      const made = create(BookingSchema, booking);
      bookings.set(made.bookingId, made);
      return made;
    },
    stop,
  };
}

/** A line on 2 December 2026 at 8:30 in Bogotá; `minorUnits` are centavos, by default 180,000 pesos. */
export const aLine = (minorUnits = 18_000_000n, staffId = "", staffName = "Camila Rojas") =>
  create(LineSchema, {
    serviceId: crypto.randomUUID(),
    serviceName: "Alisado largo",
    staffId,
    staffName,
    price: { currencyCode: "COP", minorUnits },
    ivaPercent: 19,
    start: timestampFromDate(new Date("2026-12-02T13:30:00Z")),
    end: timestampFromDate(new Date("2026-12-02T16:00:00Z")),
  });
