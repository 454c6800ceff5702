import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { person } from "@lacio/chassis/access";
import { Refusal } from "@lacio/chassis/errors";
import { forgetAnswers } from "@lacio/chassis/idempotency";
import { Booking_Status } from "@lacio/proto/booking/v1/booking_service";
import { openProfile } from "../acts/open-profile.ts";
import type { App, Rpc } from "../app.ts";
import { Profile } from "../domain/profile.ts";

// On the event, every service that has something of the person forgets it (docs/adr/0010).
export const eraseMe = (app: App): Rpc["eraseMe"] =>
  async function eraseMe({ password }, ctx) {
    const { id, erasedAt } = await openProfile(app, person(ctx).id);
    if (erasedAt != null) return { erasedAt: timestampFromDate(erasedAt) };
    const erasedMeanwhile = await refuseWrongPassword(app, id, password);
    if (erasedMeanwhile) return { erasedAt: timestampFromDate(erasedMeanwhile) };
    await refuseOpenBookings(app, id);
    // Without an Idempotency-Key's record: it would keep a fast hash of the password, and the call is idempotent by itself.
    return app.transact(async (tx) => {
      const profile = await tx.lock(Profile, { id });
      tx.emit(...profile.erase(app.now()));
      await tx.sql("update visit set comment = null where client_id = $1 and comment is not null", [id]);
      await forgetAnswers(tx, id);
      return { erasedAt: timestampFromDate(profile.erasedAt!) };
    });
  };

// A stolen access token must not be enough to erase for good. Of a call that lost a race against the same one, auth has no password to
// compare with any more.
async function refuseWrongPassword(app: App, accountId: string, password: string): Promise<Date | null> {
  try {
    await app.auth.checkPassword({ accountId, password });
    return null;
  } catch (error) {
    const { erasedAt } = await app.db.read().findOneOrFail(Profile, { id: accountId });
    if (erasedAt != null) return erasedAt;
    throw error;
  }
}

const { PENDING_PAYMENT, CONFIRMED, REASSIGNING } = Booking_Status;

async function refuseOpenBookings(app: App, clientId: string): Promise<void> {
  const statuses = [PENDING_PAYMENT, CONFIRMED, REASSIGNING];
  const { bookings } = await app.booking.listBookings({ clientId, statuses, pageSize: 200 }); // latest start first
  // A visit that is over does not block, even if booking has not completed it yet.
  if (bookings.some(({ end }) => timestampDate(end!) > app.now()))
    throw new Refusal("open_bookings", "There are bookings to come: cancel them first, or let them take place.");
}
