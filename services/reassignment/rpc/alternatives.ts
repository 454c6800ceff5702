import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { isOutage } from "@lacio/chassis/errors";
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

/** What the client can choose instead of the offer, and what happens without an answer; nothing once it is settled. */
export async function whatElse(app: App, reassignment: Reassignment) {
  if (reassignment.settledAt != null) return {};
  const [alternatives, ifUnanswered, refund] = await Promise.all([
    unlessAway(alternativesTo(app, reassignment), []),
    unlessAway(preferenceOf(app, reassignment.clientId), undefined),
    unlessAway(refundOf(app, reassignment), undefined),
  ]);
  return { alternatives, ifUnanswered: ifUnanswered && When[ifUnanswered], refund };
}

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

const refundOf = async (app: App, { bookingId }: Reassignment) => (await app.booking.getBooking({ bookingId })).booking?.refundIfCancelled;

// The offer can be answered while availability or users is away, so it is shown without what they know.
async function unlessAway<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isOutage(error)) throw error;
    return otherwise;
  }
}
