import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, type HandlerContext } from "@connectrpc/connect";
import { person } from "@lacio/chassis/access";
import { Refusal } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import { Booking_Status, type CreateBookingRequest } from "@lacio/proto/booking/v1/booking_service";
import type { Settings } from "@lacio/salon/settings";
import type { App, Rpc } from "../app.ts";
import { readSettings } from "../acts/read-settings.ts";
import { Booking, type Wish } from "../domain/booking.ts";
import { claimSlot, type Claim, type Outcome } from "../acts/claim-slot.ts";
import { expireHoldsInTheWay } from "../acts/expire-holds.ts";
import { findCandidates } from "../acts/find-candidates.ts";
import { slotTaken } from "../acts/slot-taken.ts";
import { startTime } from "../domain/start-time.ts";
import { clientOf } from "./client-of.ts";
import { actsAs } from "./visible-booking.ts";

export const createBooking =
  (app: App): Rpc["createBooking"] =>
  async (req, ctx) => {
    const now = app.now();
    const clientId = await clientOf(app, person(ctx), req);
    const by = actsAs(ctx);
    const settings = await readSettings(app.db);
    const start = startTime(req.desiredStart, by, settings, { zone: app.config.zone, now });
    const wanted = { serviceId: req.serviceId, start, staffId: req.staffId, desk: by === "SALON" };
    const { terms, stylists } = await findCandidates(app, wanted);

    const anyStaff = req.staffId === "";
    const claims = stylists.map((stylist) => claimOf({ clientId, terms, stylist, start, anyStaff }, req, settings, now));
    let { outcome, claim } = await claimFirst(app, claims, ctx);
    if (outcome !== "claimed") {
      const parts = claims.flatMap(({ booking }) => booking.busy());
      if (await expireHoldsInTheWay(app, parts, clientId)) ({ outcome, claim } = await claimFirst(app, claims, ctx));
    }
    if (outcome === "slot_taken") throw await slotTaken(app, wanted, terms);
    if (outcome === "too_many_holds")
      throw new Refusal("too_many_holds", "Pay or cancel one of the open bookings first.", Code.ResourceExhausted);
    failpoint("booking.after_claim");
    return claim.answer;
  };

// The first candidate whose slot is free; the others were taken since availability looked.
async function claimFirst(app: App, claims: CreateClaim[], ctx: HandlerContext): Promise<{ outcome: Outcome; claim: CreateClaim }> {
  let outcome: Outcome = "slot_taken";
  let claim = claims[0]!;
  for (claim of claims) {
    outcome = await claimSlot(app, claim, ctx);
    if (outcome !== "slot_taken") break;
  }
  return { outcome, claim };
}

function claimOf(wish: Wish, { refuseOverlap }: CreateBookingRequest, settings: Settings, now: Date) {
  const [booking, created] = Booking.request(wish, settings, now);
  const answer = {
    bookingId: booking.id,
    status: Booking_Status.PENDING_PAYMENT,
    price: booking.money(booking.price),
    staffId: wish.stylist.staffId,
    start: timestampFromDate(booking.startsAt),
    end: timestampFromDate(booking.endsAt),
    expiresAt: timestampFromDate(booking.expiresAt),
  };
  return { booking, created, answer, refuseOverlap } satisfies Claim;
}

type CreateClaim = ReturnType<typeof claimOf>;
