import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { BookingCompletedSchema, BookingNoShowSchema } from "@lacio/proto/booking/v1/events";
import { Visit } from "../domain/visit.ts";

type Booked = { bookingId: string; clientId: string; staffId: string };

// The projected visit is what the client may rate.
export const onBookingCompleted = (): Handler<typeof BookingCompletedSchema> =>
  async function onBookingCompleted(booked, once) {
    await once((tx) => keepVisit(tx, booked));
  };

// No-show wins over completed, in either order: the stylist may report it after the visit was completed automatically.
export const onBookingNoShow = (): Handler<typeof BookingNoShowSchema> =>
  async function onBookingNoShow(booked, once) {
    await once(async (tx) => {
      await keepVisit(tx, booked);
      (await tx.lock(Visit, { bookingId: booked.bookingId })).miss();
    });
  };

// Insert if absent: idempotent under redelivery, and the two events may come in either order.
const keepVisit = (tx: Tx, { bookingId, clientId, staffId }: Booked): Promise<unknown> =>
  tx.sql("insert into visit (booking_id, client_id, staff_id) values ($1, $2, $3) on conflict do nothing", [bookingId, clientId, staffId]);
