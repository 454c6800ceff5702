import { badState } from "../api/errors.ts";
import { newId, type Charge, type Dispute, type Event } from "../objects.ts";
import type { Store } from "../store.ts";
import { emitEvent } from "../webhooks/emit-event.ts";

// A client disputes a charge at her bank, which takes the money back until the dispute is decided.

export function openDispute(store: Store, charge: Charge, asked: number | undefined, now: number): Dispute {
  const left = charge.amount - charge.amount_refunded;
  if (!charge.paid || charge.disputed) throw badState(`Charge ${charge.id} cannot be disputed${charge.disputed ? " twice" : ""}.`);
  const amount = asked ?? left;
  if (amount > left || amount < 1) throw badState(`Charge ${charge.id} has ${left} left to dispute.`);
  const id = newId("du");
  const dispute: Dispute = store.put("disputes", id, {
    id,
    object: "dispute",
    amount,
    charge: charge.id,
    created: now,
    currency: charge.currency,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason: "fraudulent",
    status: "needs_response",
  });
  store.put("charges", charge.id, { ...charge, disputed: true });
  emitEvent(store, "charge.dispute.created", dispute, now);
  emitEvent(store, "charge.dispute.funds_withdrawn", dispute, now);
  return dispute;
}

/** Won: the merchant has the money again. Lost: the client keeps it. */
export function closeDispute(store: Store, dispute: Dispute, status: "won" | "lost", now: number, by?: Event["request"]): Dispute {
  if (dispute.status !== "needs_response") throw badState(`The dispute ${dispute.id} is ${dispute.status} already.`);
  const closed = store.put("disputes", dispute.id, { ...dispute, status });
  emitEvent(store, "charge.dispute.closed", closed, now, { ...(by && { by }), previous: { status: dispute.status } });
  if (status === "won") emitEvent(store, "charge.dispute.funds_reinstated", closed, now);
  return closed;
}

/** What banks hold of a charge by open and lost disputes. */
export const disputedOf = (store: Store, charge: Charge): { open: boolean; amount: number } => {
  const all = store.all("disputes").filter((dispute) => dispute.charge === charge.id && dispute.status !== "won");
  return { open: all.some(({ status }) => status !== "lost"), amount: all.reduce((sum, { amount }) => sum + amount, 0) };
};
