import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Slot } from "@lacio/proto/availability/v1/availability_service";
import type { App } from "../app.ts";
import { visibleBooking } from "./visible-booking.ts";
import type { Rpc } from "./index.ts";

// Asked here and not of availability: whose time counts as free is its owner's to see.
export const getBookingSlots =
  (app: App): Rpc["getBookingSlots"] =>
  async ({ bookingId, date, toDate, staffId }, ctx) => {
    const [line] = (await visibleBooking(app, bookingId, ctx)).lines;
    const wanted = { bookingId, serviceId: line!.serviceId, soldAs: line!.layout(), date, toDate, staffId };
    const { slots } = await app.availability.findMoves(wanted);
    const isWhereItIs = (slot: Slot) => slot.staffId === line!.staffId && timestampMs(slot.start!) === line!.startsAt.getTime();
    return {
      slots: slots.filter((slot) => !isWhereItIs(slot)).map(({ start, end, staffId, staffName }) => ({ start, end, staffId, staffName })),
    };
  };
