import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Reassignment_State, type ReassignmentSchema } from "@lacio/proto/reassignment/v1/reassignment_service";
import { showOffer } from "../domain/reassignment-facts.ts";
import type { Became } from "../domain/reassignment-schema.ts";
import type { Reassignment } from "../domain/reassignment.ts";

/** As its client and ADMINs see it. */
export function showReassignment(reassignment: Reassignment): MessageInitShape<typeof ReassignmentSchema> {
  return { ...showWithoutClient(reassignment), clientId: reassignment.clientId };
}

/** As a stylist sees it, and whoever holds its link. */
export function showWithoutClient(reassignment: Reassignment): MessageInitShape<typeof ReassignmentSchema> {
  const { bookingId, staffId, staffName, serviceId, serviceName, serviceNameEn, state, settledAt, deadline } = reassignment;
  const asks = state === "OFFERED" || state === "CHOOSING";
  return {
    ...{ bookingId, staffId, staffName, serviceId, serviceName, serviceNameEn },
    reassignmentId: reassignment.id,
    state: Reassignment_State[state],
    start: timestampFromDate(reassignment.startsAt),
    end: timestampFromDate(reassignment.endsAt),
    price: { currencyCode: reassignment.currency, minorUnits: reassignment.price },
    offer: state === "OFFERED" ? showOffer(reassignment) : undefined,
    deadline: asks ? timestampFromDate(deadline) : undefined,
    openedAt: timestampFromDate(reassignment.openedAt),
    settledAt: settledAt ? timestampFromDate(settledAt) : undefined,
    absenceId: reassignment.absenceId ?? "",
    visit: reassignment.became ? showBecame(reassignment.became) : undefined,
    answered: reassignment.answer != null && settledAt == null,
  };
}

const showBecame = ({ staffId, staffName, start, end }: Became) => ({
  ...{ staffId, staffName },
  start: timestampFromDate(new Date(start)),
  end: timestampFromDate(new Date(end)),
});
