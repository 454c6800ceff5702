import type { Handler } from "@lacio/chassis/consume";
import type { BookingNoShowSchema } from "@lacio/proto/booking/v1/events";

// Nobody rates a visit that did not take place, also when the stylist says so after it had completed itself.
export const onBookingNoShow =
  (): Handler<typeof BookingNoShowSchema> =>
  async ({ bookingId, clientId, staffId }, once) => {
    await once((tx) =>
      tx.sql(
        `insert into visit (booking_id, client_id, staff_id, missed) values ($1, $2, $3, true)
         on conflict (booking_id) do update set missed = true`,
        [bookingId, clientId, staffId],
      ),
    );
  };
