import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { Refusal } from "@lacio/chassis/errors";
import { forgetAnswers } from "@lacio/chassis/idempotency";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { openProfile } from "../acts/open-profile.ts";
import type { App, Rpc } from "../app.ts";
import { Profile } from "../domain/profile.ts";

// On the event, auth closes the account and notification deletes the texts of what it sent.
export const eraseMe = (app: App): Rpc["eraseMe"] =>
  async function eraseMe(_req, ctx) {
    const { id, erasedAt } = await openProfile(app, person(ctx).id);
    if (erasedAt == null) await refuseOpenBookings(app, id);
    return app.transact(async (tx) => {
      const profile = await tx.lock(Profile, { id });
      tx.emit(...profile.erase(app.now()));
      await tx.sql("update visit set comment = null where client_id = $1 and comment is not null", [id]);
      await forgetAnswers(tx, id);
      return { erasedAt: timestampFromDate(profile.erasedAt!) };
    }, ctx);
  };

const { PENDING_PAYMENT, CONFIRMED, REASSIGNING } = Booking_Status;

async function refuseOpenBookings(app: App, clientId: string): Promise<void> {
  const statuses = [PENDING_PAYMENT, CONFIRMED, REASSIGNING];
  const { bookings } = await app.booking.listBookings({ clientId, statuses, pageSize: 200 }); // latest start first
  // A visit that is over does not block, even if booking has not completed it yet.
  if (bookings.some(({ end }) => timestampDate(end!) > app.now()))
    throw new Refusal("open_bookings", "There are bookings to come: cancel them first, or let them take place.");
}
