import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { Reassignment_State as State, type Reassignment } from "@lacio/proto/reassignment/v1/reassignment_service";
import { Profile_WhenStylistCancels as WhenStylistCancels } from "@lacio/proto/users/v1/users_service";
import { getLocale } from "#lib/paraglide/runtime.js";
import type { BookingView } from "./booking-view.ts";
import type { Seen } from "./reassignment-door.ts";

/** What becomes of a visit that lost its stylist, as pages show it: times in RFC 3339, money in minor units of COP. */
export type ReassignmentView = {
  bookingId: string;
  /** `deciding`: answered, or the deadline is over, and the outcome comes in a moment. */
  stage: "searching" | "asking" | "deciding" | "settled";
  outcome?: "MOVED" | "RESCHEDULED" | "REFUNDED" | "KEPT";
  /** Who does it after that, and when; absent when it was refunded. */
  visit?: { stylist: string; start: string };
  service: string;
  serviceId: string;
  /** The stylist who can't come, and why. */
  stylist: string;
  reason: string;
  start: string;
  price: number;
  /** What a full refund gives back: what is left of the price. */
  refund: number;
  /** The substitute who is held; `back`: what a cheaper one gives back. Absent: nobody is free at this start. */
  offer?: { id: string; stylist: string; price: number; back: number };
  deadline?: string;
  ifUnanswered: "REFUND" | "SUBSTITUTE";
  /** The nearest that is free instead. */
  alternatives: { start: string; staffId: string; stylist: string }[];
};

/** Undefined: the booking has not lost its stylist, or reassignment has not heard of it yet. */
export function reassignmentView(
  { reassignment, reason, alternatives, ifUnanswered, refund }: Seen,
  now = Date.now(),
): ReassignmentView | undefined {
  if (!reassignment) return undefined;
  const { bookingId, state, staffName, serviceId, serviceName, serviceNameEn, start, deadline, visit } = reassignment;
  const offer = offerOf(reassignment);
  const outcome = outcomes.get(state);
  return {
    bookingId,
    stage: stageOf(reassignment, now),
    ...(outcome && { outcome }),
    ...(visit && { visit: { stylist: visit.staffName, start: iso(visit.start) } }),
    service: (getLocale() === "en" && serviceNameEn) || serviceName,
    serviceId,
    stylist: staffName,
    reason,
    start: iso(start),
    price: centavos(reassignment.price),
    refund: centavos(refund ?? reassignment.price),
    ...(offer && { offer }),
    ...(deadline && { deadline: iso(deadline) }),
    ifUnanswered: ifUnanswered === WhenStylistCancels.SUBSTITUTE ? "SUBSTITUTE" : "REFUND",
    alternatives: alternatives.map((one) => ({ start: iso(one.start), staffId: one.staffId, stylist: one.staffName })),
  };
}

/** A booking that has just lost its stylist, before reassignment has heard of it. */
export const searchingFor = ({ id, service, serviceId, loss, start, price }: BookingView): ReassignmentView => ({
  ...{ bookingId: id, stage: "searching", service, serviceId, start, price, refund: price },
  ...{ stylist: loss?.stylist ?? "", reason: loss?.reason ?? "", ifUnanswered: "REFUND", alternatives: [] },
});

const outcomes = new Map<State, ReassignmentView["outcome"]>([
  [State.MOVED, "MOVED"],
  [State.RESCHEDULED, "RESCHEDULED"],
  [State.REFUNDED, "REFUNDED"],
  [State.KEPT, "KEPT"],
]);

function stageOf({ state, answered, deadline }: Reassignment, now: number): ReassignmentView["stage"] {
  if (outcomes.has(state)) return "settled";
  if (answered || (deadline && timestampDate(deadline).getTime() <= now)) return "deciding";
  return state === State.OFFERED || state === State.CHOOSING ? "asking" : "searching";
}

function offerOf({ offer, price }: Reassignment): ReassignmentView["offer"] {
  if (!offer) return undefined;
  const [paid, now] = [centavos(price), centavos(offer.price ?? price)];
  return { id: offer.offerId, stylist: offer.staffName, price: now, back: Math.max(0, paid - now) };
}

const centavos = (money: { minorUnits: bigint } | undefined): number => Number(money?.minorUnits ?? 0n);
/** Without milliseconds, as in the pages of hours: an alternative is compared with their starts. */
const iso = (at: Timestamp | undefined): string => (at ? timestampDate(at).toISOString().replace(".000Z", "Z") : "");
