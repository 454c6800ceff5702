import type { Handler } from "@lacio/chassis/consume";
import type { BookingCompletedSchema } from "@lacio/proto/booking/v1/events";

// From now on the client may rate the visit.
export const onBookingCompleted =
  (): Handler<typeof BookingCompletedSchema> =>
  async ({ bookingId, clientId, staffId }, once) => {
    await once((tx) =>
      tx.sql("insert into visit (booking_id, client_id, staff_id) values ($1, $2, $3) on conflict do nothing", [
        bookingId,
        clientId,
        staffId,
      ]),
    );
  };
