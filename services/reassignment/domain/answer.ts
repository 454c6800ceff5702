import { isDeepStrictEqual } from "node:util";

/**
 * What was decided, before booking is asked to do it. The client's own: ACCEPT, DECLINE, CHOOSE; without the client, by the plan or at the
 * deadline: MOVE to this substitute, REFUND. A price in minor units is a string, as JSON has no bigint.
 */
export type Answer =
  | { kind: "ACCEPT"; offerId: string }
  | { kind: "DECLINE" }
  | { kind: "CHOOSE"; start: string; staffId: string; refuseOverlap: boolean }
  | { kind: "MOVE"; staffId: string; price: string }
  | { kind: "REFUND" };

/** Who could do it instead; `price`: what the client pays in the end, at most what was paid. */
export type Substitute = { staffId: string; staffName: string; price: bigint };

/** Whether this outcome is what the client answered; another one was decided elsewhere, by the client's own cancellation or the stylist's return. */
export const leadsTo = ({ kind }: Answer, outcome: string): boolean =>
  kind === "DECLINE" ? outcome === "REFUNDED" : outcome === "MOVED" || (kind === "CHOOSE" && outcome === "RESCHEDULED");

/** Whether both decide the same; an overlap is asked about on the way to it. */
export const isSame = (one: Answer | null | undefined, other: Answer): boolean =>
  isDeepStrictEqual({ ...one, refuseOverlap: undefined }, { ...other, refuseOverlap: undefined });
