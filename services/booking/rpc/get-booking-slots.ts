import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import type { AlternativeSchema } from "@lacio/proto/booking/v1/booking_service";
import type { App, Rpc } from "../app.ts";
import { actsAs, visibleBooking } from "./visible-booking.ts";

// Asked here and not of availability: whose time counts as free is its owner's to see.
export const getBookingSlots =
  (app: App): Rpc["getBookingSlots"] =>
  async ({ bookingId, date, toDate, staffId, firstFree }, ctx) => {
    const [line] = (await visibleBooking(app, bookingId, ctx)).lines;
    const { serviceId, start, staffId: bookedWith } = line!.message();
    const moved = { bookingId, serviceId, soldAs: line!.layout(), booked: { start, staffId: bookedWith } };
    const asked = { date, toDate, staffId, firstFree, desk: actsAs(ctx) === "SALON" };
    const found = await app.availability.findMoves({ ...moved, ...asked });
    return { slots: found.slots.map(alternative), firstFree: found.firstFree && alternative(found.firstFree) };
  };

const alternative = ({ start, end, staffId, staffName }: Slot): MessageInitShape<typeof AlternativeSchema> => ({
  start,
  end,
  staffId,
  staffName,
});
