import type { App, Rpc } from "../app.ts";
import { showBooking } from "./show-booking.ts";
import { visibleBooking } from "./visible-booking.ts";

export const getBooking = (app: App): Rpc["getBooking"] =>
  async function getBooking({ bookingId }, ctx) {
    return { booking: showBooking(await visibleBooking(app, bookingId, ctx), app.now()) };
  };
