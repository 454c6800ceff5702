import type { Event, Refund } from "../objects.ts";
import type { Store } from "../store.ts";
import { emitEvent } from "../webhooks/emit-event.ts";
import { badState } from "../api/errors.ts";

// What becomes of a refund at the bank after it was created.

type By = Event["request"];

export function succeedRefund(store: Store, refund: Refund, now: number, by?: By): Refund {
  if (refund.status !== "pending") throw cannot(refund, "succeed");
  const settled = store.put("refunds", refund.id, { ...refund, status: "succeeded" });
  emitEvent(store, "refund.updated", settled, now, { ...(by && { by }), previous: { status: refund.status } });
  return settled;
}

/** A bank may return the money, also after the refund has succeeded. */
export const failRefund = (store: Store, refund: Refund, now: number): Refund => {
  if (refund.status !== "pending" && refund.status !== "succeeded") throw cannot(refund, "fail");
  const failed = giveUp(store, refund, { status: "failed", failure_reason: "lost_or_stolen_card" }, now);
  emitEvent(store, "refund.failed", failed, now, { previous: { status: refund.status } });
  return failed;
};

export function cancelRefund(store: Store, refund: Refund, now: number, by?: By): Refund {
  if (refund.status !== "pending") throw cannot(refund, "be canceled");
  return giveUp(store, refund, { status: "canceled" }, now, by);
}

// The charge is reduced by what was refunded: this amount can be refunded again.
function giveUp(store: Store, refund: Refund, outcome: Partial<Refund>, now: number, by?: By): Refund {
  const charge = store.get("charges", refund.charge)!;
  store.put("charges", charge.id, { ...charge, amount_refunded: charge.amount_refunded - refund.amount, refunded: false });
  const ended = store.put("refunds", refund.id, { ...refund, ...outcome });
  emitEvent(store, "refund.updated", ended, now, { ...(by && { by }), previous: { status: refund.status } });
  return ended;
}

const cannot = (refund: Refund, what: string) => badState(`The refund ${refund.id} is ${refund.status} and cannot ${what}.`);
