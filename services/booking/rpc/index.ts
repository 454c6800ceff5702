import type { Routes } from "@lacio/chassis/serve";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import type { App, Rpc } from "../app.ts";
import { cancelBooking, cancelStaffBooking } from "./cancel-booking.ts";
import { completeBooking, markNoShow } from "./close-visit.ts";
import { createBooking } from "./create-booking.ts";
import { getBookingSlots } from "./get-booking-slots.ts";
import { getBooking } from "./get-booking.ts";
import { holdSubstitute } from "./hold-substitute.ts";
import { listBookings, listStaffBookings } from "./list-bookings.ts";
import { reassignBooking } from "./reassign-booking.ts";
import { refundLostBooking } from "./refund-lost-booking.ts";
import { rescheduleBooking } from "./reschedule-booking.ts";

export const routes =
  (app: App): Routes =>
  (router) =>
    void router.service(BookingService, {
      createBooking: createBooking(app),
      getBooking: getBooking(app),
      listBookings: listBookings(app),
      cancelBooking: cancelBooking(app),
      getBookingSlots: getBookingSlots(app),
      rescheduleBooking: rescheduleBooking(app),
      completeBooking: completeBooking(app),
      markNoShow: markNoShow(app),
      listStaffBookings: listStaffBookings(app),
      cancelStaffBooking: cancelStaffBooking(app),
      holdSubstitute: holdSubstitute(app),
      reassignBooking: reassignBooking(app),
      refundLostBooking: refundLostBooking(app),
    } satisfies Rpc);
