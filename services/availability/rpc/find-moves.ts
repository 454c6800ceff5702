import type { App, Rpc } from "../app.ts";
import { startMinute } from "../domain/start-minute.ts";
import { offerSlots } from "./offer-slots.ts";
import { offerView } from "./view.ts";

export const findMoves =
  (app: App): Rpc["findMoves"] =>
  async ({ serviceId, staffId, bookingId: ignoreBookingId, soldAs, booked, desk, ...days }) => {
    const where = booked && { start: startMinute(booked.start, "booked.start"), staffId: booked.staffId };
    return offerView(await offerSlots(app, { serviceId, staffId, ignoreBookingId, soldAs, desk, booked: where }, days));
  };
