import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import type { AlternativeSchema } from "@lacio/proto/booking/v1/booking_service";
import type { App, Rpc } from "../app.ts";
import { actsAs, visibleBooking } from "./visible-booking.ts";

// Booking is asked, not availability, as it checks who may see the booking, whose own time counts as free.
export const getBookingSlots = (app: App): Rpc["getBookingSlots"] =>
  async function getBookingSlots({ bookingId, date, toDate, staffId, firstFree }, ctx) {
    const booking = await visibleBooking(app, bookingId, ctx);
    const [line] = booking.lines;
    const desk = actsAs(ctx) === "SALON" || booking.status === "REASSIGNING"; // its stylist can't come: no lead time for the client, either
    const booked = { start: timestampFromDate(line!.startsAt), staffId: line!.staffId };
    const moved = { bookingId, serviceId: line!.serviceId, soldAs: line!.layout(), booked };
    const asked = { date, toDate, staffId, firstFree, desk };
    const found = await app.availability.findMoves({ ...moved, ...asked });
    return { slots: found.slots.map(showAlternative), firstFree: found.firstFree && showAlternative(found.firstFree) };
  };

const showAlternative = ({ start, end, staffId, staffName }: Slot): MessageInitShape<typeof AlternativeSchema> => ({
  start,
  end,
  staffId,
  staffName,
});
