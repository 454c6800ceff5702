import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { isAdmin, person, type Person } from "@lacio/chassis/access";
import { invalid, Refusal } from "@lacio/chassis/errors";
import { failpoint } from "@lacio/chassis/failpoint";
import { Booking_Status, type CreateBookingRequest } from "@lacio/proto/booking/v1/booking_service";
import { Caller_Role } from "@lacio/proto/common/v1/caller";
import type { Settings } from "@lacio/salon/settings";
import { findCandidates } from "../acts/find-candidates.ts";
import { slotTaken } from "../acts/slot-taken.ts";
import { claimSlot, type Claim, type Outcome } from "../acts/claim-slot.ts";
import { expireHoldsInTheWay } from "../acts/expire-holds.ts";
import { readSettings } from "../acts/read-settings.ts";
import type { App, Rpc } from "../app.ts";
import { showMoney } from "../domain/booking-line.ts";
import { Booking, type Wish } from "../domain/booking.ts";
import { startTime } from "../domain/start-time.ts";
import { actsAs } from "./visible-booking.ts";

export const createBooking = (app: App): Rpc["createBooking"] =>
  async function createBooking(req, ctx) {
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
    if (outcome === "account_erased") throw new Refusal(outcome, "The data of this account was erased.");
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

/** Whose booking it will be: the caller's own, or a client's for whom an ADMIN books. @throws Refusal `client_unknown`, `forbidden` */
async function clientOf(app: App, who: Person, { clientId }: CreateBookingRequest): Promise<string> {
  if (isAdmin(who)) {
    if (!clientId) throw invalid("clientId", "is needed: for whom is the booking?");
    if (!(await isClient(app, clientId))) throw invalid("clientId", "is not a client", "client_unknown");
    return clientId;
  }
  if (clientId && clientId !== who.id) throw new Refusal("forbidden", "You may book for yourself only.", Code.PermissionDenied);
  return who.id;
}

async function isClient(app: App, accountId: string): Promise<boolean> {
  try {
    return (await app.auth.getRegistration({ accountId })).role === Caller_Role.CLIENT;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return false;
    throw error;
  }
}

// A candidate's booking, not stored yet, with the answer that its claim stores under the idempotency key.
function claimOf(wish: Wish, { refuseOverlap }: CreateBookingRequest, settings: Settings, now: Date) {
  const [booking, created] = Booking.request(wish, settings, now);
  const answer = {
    bookingId: booking.id,
    status: Booking_Status.PENDING_PAYMENT,
    price: showMoney(booking, booking.price),
    staffId: wish.stylist.staffId,
    start: timestampFromDate(booking.startsAt),
    end: timestampFromDate(booking.endsAt),
    expiresAt: timestampFromDate(booking.expiresAt),
  };
  return { booking, created, answer, refuseOverlap } satisfies Claim;
}

type CreateClaim = ReturnType<typeof claimOf>;

// Candidates in turn until one is claimed: availability's projection lags, so the slots of the first ones may be taken already.
async function claimFirst(app: App, claims: CreateClaim[], ctx: HandlerContext): Promise<{ outcome: Outcome; claim: CreateClaim }> {
  let outcome: Outcome = "slot_taken";
  let claim = claims[0]!;
  for (claim of claims) {
    outcome = await claimSlot(app, claim, ctx);
    if (outcome !== "slot_taken") break;
  }
  return { outcome, claim };
}
