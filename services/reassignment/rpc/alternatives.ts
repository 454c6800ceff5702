import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { isOutage } from "@lacio/chassis/errors";
import type { Booking } from "@lacio/proto/booking/v1/booking_service";
import { Profile_WhenStylistCancels as When } from "@lacio/proto/users/v1/users_service";
import { findOtherTimes } from "../acts/find-other-times.ts";
import { findSubstitutes } from "../acts/find-substitutes.ts";
import { preferenceOf } from "../acts/preference-of.ts";
import type { App, Rpc } from "../app.ts";
import type { OtherTime } from "../domain/reassignment-facts.ts";
import type { Reassignment } from "../domain/reassignment.ts";
import { showReassignment } from "./show-reassignment.ts";
import { visibleReassignment } from "./visible-reassignment.ts";

export const getAlternatives = (app: App): Rpc["getAlternatives"] =>
  async function getAlternatives({ bookingId }, ctx) {
    const reassignment = await visibleReassignment(app, bookingId, ctx);
    return { reassignment: showReassignment(reassignment), ...(await whatElse(app, reassignment)) };
  };

const mostShown = 6;

/** Why it was lost, what the client can choose instead of the offer, and what happens without an answer; only the first once it is settled. */
export async function whatElse(app: App, reassignment: Reassignment) {
  const asked = unlessAway(bookingOf(app, reassignment), undefined);
  if (reassignment.settledAt != null) return { reason: reasonOf(await asked, reassignment) };
  const [booking, alternatives, ifUnanswered] = await Promise.all([
    asked,
    unlessAway(alternativesTo(app, reassignment), []),
    unlessAway(preferenceOf(app, reassignment.clientId), undefined),
  ]);
  const refund = booking?.refundIfCancelled;
  return { reason: reasonOf(booking, reassignment), alternatives, ifUnanswered: ifUnanswered && When[ifUnanswered], refund };
}

// Booking alone has what people wrote. It knows its last loss only.
const reasonOf = (booking: Booking | undefined, { id }: Reassignment): string => (booking?.loss?.lossId === id ? booking.loss.reason : "");

/** Others at the same start, then the nearest starts. */
async function alternativesTo(app: App, reassignment: Reassignment): Promise<OtherTime[]> {
  const { startsAt, endsAt, offerStaffId } = reassignment;
  const [{ substitutes }, others] = await Promise.all([findSubstitutes(app, reassignment), findOtherTimes(app, reassignment, mostShown)]);
  const sameTime = { start: timestampFromDate(startsAt), end: timestampFromDate(endsAt) };
  const atStart = substitutes
    .filter(({ staffId }) => staffId !== offerStaffId)
    .map(({ staffId, staffName }): OtherTime => ({ ...sameTime, staffId, staffName }));
  return [...atStart, ...others].slice(0, mostShown);
}

const bookingOf = async (app: App, { bookingId }: Reassignment) => (await app.booking.getBooking({ bookingId })).booking;

// The offer can be answered while availability or users is away, so it is shown without what they know.
async function unlessAway<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isOutage(error)) throw error;
    return otherwise;
  }
}
