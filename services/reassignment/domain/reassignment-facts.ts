import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fact, type Fact } from "@lacio/chassis/fact";
import type { Alternative } from "@lacio/proto/booking/v1/booking_service";
import { ReassignmentOfferedSchema, ReassignmentSettledSchema } from "@lacio/proto/reassignment/v1/events";
import { Reassignment_State } from "@lacio/proto/reassignment/v1/reassignment_service";
import type { StoredReassignment } from "./reassignment-schema.ts";

/** Another free time, as contracts show it. */
export type OtherTime = Pick<Alternative, "start" | "end" | "staffId" | "staffName">;

/** `again`: an earlier substitute was lost, and this question replaces that one. */
export function reassignmentOffered(reassignment: StoredReassignment, again: boolean, alternatives: OtherTime[]): Fact {
  const { staffId, staffName, deadline } = reassignment;
  return fact(ReassignmentOfferedSchema, reassignment.id, {
    ...ids(reassignment),
    ...{ staffId, staffName, again, alternatives },
    offerId: reassignment.offerId!,
    offer: showOffer(reassignment),
    deadline: timestampFromDate(deadline),
  });
}

export const reassignmentSettled = (reassignment: StoredReassignment): Fact =>
  fact(ReassignmentSettledSchema, reassignment.id, {
    ...ids(reassignment),
    staffId: reassignment.staffId,
    outcome: Reassignment_State[reassignment.state],
    settledAt: timestampFromDate(reassignment.settledAt!),
  });

/** The substitute who is offered; undefined when nobody is. */
export function showOffer({ offerId, offerStaffId, offerStaffName, offerPrice, currency }: StoredReassignment) {
  if (offerStaffId == null) return undefined;
  const price = { currencyCode: currency, minorUnits: offerPrice! };
  return { offerId: offerId!, staffId: offerStaffId, staffName: offerStaffName!, price };
}

const ids = ({ id, bookingId, clientId }: StoredReassignment) => ({ reassignmentId: id, bookingId, clientId });
