import type { Routes } from "@lacio/chassis/serve";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";
import type { App, Rpc } from "../app.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { cancelStaffBooking } from "./cancel-staff-booking.ts";
import { completeBooking } from "./complete-booking.ts";
import { createBooking } from "./create-booking.ts";
import { getBooking } from "./get-booking.ts";
import { getBookingSlots } from "./get-booking-slots.ts";
import { listBookings } from "./list-bookings.ts";
import { listStaffBookings } from "./list-staff-bookings.ts";
import { markNoShow } from "./mark-no-show.ts";
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
    } satisfies Rpc);
