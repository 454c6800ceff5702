import type { Handler } from "@lacio/chassis/consume";
import type { Tx } from "@lacio/chassis/db";
import type { BookingCompletedSchema, BookingNoShowSchema } from "@lacio/proto/booking/v1/events";
import { Visit } from "../domain/visit.ts";

type Booked = { bookingId: string; clientId: string; staffId: string };

// From now on the client may rate the visit.
export const onBookingCompleted = (): Handler<typeof BookingCompletedSchema> =>
  async function onBookingCompleted(booked, once) {
    await once((tx) => keepVisit(tx, booked));
  };

// Nobody rates a visit that did not take place, also when the stylist says so after it had completed itself.
export const onBookingNoShow = (): Handler<typeof BookingNoShowSchema> =>
  async function onBookingNoShow(booked, once) {
    await once(async (tx) => {
      await keepVisit(tx, booked);
      (await tx.lock(Visit, { bookingId: booked.bookingId })).miss();
    });
  };

// The two facts come in any order: the second finds the row of the first.
const keepVisit = (tx: Tx, { bookingId, clientId, staffId }: Booked): Promise<unknown> =>
  tx.sql("insert into visit (booking_id, client_id, staff_id) values ($1, $2, $3) on conflict do nothing", [bookingId, clientId, staffId]);
