import { Refusal } from "@lacio/chassis/errors";
import type { State, StoredReassignment } from "./reassignment-schema.ts";

/** Says what is so now: an earlier answer counts, it is decided, or the time to answer is over. */
export const alreadyAnswered = ({ state, answer }: StoredReassignment): Refusal =>
  new Refusal("already_answered", outcomes[state] ?? (answer ? "This visit has been answered already." : "The time to answer is over."));

const outcomes: Partial<Record<State, string>> = {
  MOVED: "Another stylist has this visit already.",
  RESCHEDULED: "This visit is at another time already.",
  REFUNDED: "This visit is cancelled already, and refunded in full.",
  KEPT: "The stylist can come after all: the visit is as it was.",
};

export const offerChanged = () => new Refusal("offer_changed", "This stylist can't take the visit any more; look at what is offered now.");

export const alreadySettled = () => new Refusal("already_settled", "What becomes of this visit is decided already.");

export const notSearching = () => new Refusal("not_searching", "Nobody is being looked for any more.");
