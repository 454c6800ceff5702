import { disputedOf } from "../bank/dispute.ts";
import { failRefund } from "../bank/refund.ts";
import { currentFaults } from "../control/faults.ts";
import { formatMoney } from "../money.ts";
import { newId, type Charge, type Refund } from "../objects.ts";
import type { Store } from "../store.ts";
import { emitEvent } from "../webhooks/emit-event.ts";
import type { Behaviour } from "./answer.ts";
import { ApiError, badState, missing } from "./errors.ts";
import { choice, integer, metadata, only, text, type Fields } from "./fields.ts";

export const createRefund: Behaviour = ({ store }, call) => {
  const { fields, now } = call;
  only(fields, ["payment_intent", "charge", "amount", "reason", "metadata", "expand"]);
  const asked = integer(fields, "amount", 1, Number.MAX_SAFE_INTEGER);
  const reason = choice(fields, "reason", ["duplicate", "fraudulent", "requested_by_customer"] as const) ?? null;
  const labels = metadata(fields);
  const charge = chargeIn(fields, store);
  const disputed = disputedOf(store, charge);
  if (disputed.open) throw badState(`Charge ${charge.id} has been disputed and cannot be refunded.`, { code: "charge_disputed" });
  const left = charge.amount - charge.amount_refunded - disputed.amount;
  if (left === 0) throw badState(`Charge ${charge.id} has already been refunded.`, { code: "charge_already_refunded" });
  const amount = asked ?? left;
  if (amount > left) {
    const [wanted, available] = [amount, left].map((money) => formatMoney(money, charge.currency, "en-US"));
    throw badState(`Refund amount (${wanted}) is greater than unrefunded amount on charge (${available})`, { param: "amount" });
  }

  const id = newId("re");
  const refund: Refund = store.put("refunds", id, {
    id,
    object: "refund",
    amount,
    charge: charge.id,
    created: now,
    currency: charge.currency,
    destination_details: cardDestination("pending"),
    metadata: labels,
    payment_intent: charge.payment_intent,
    reason,
    status: currentFaults(store).refunds === "pending" ? "pending" : "succeeded",
  });
  const refunded = store.put("charges", charge.id, {
    ...charge,
    amount_refunded: charge.amount_refunded + amount,
    refunded: amount === left,
  });
  const by = { id: call.id, idempotency_key: call.idempotencyKey };
  emitEvent(store, "refund.created", refund, now, { by });
  emitEvent(store, "charge.refunded", refunded, now, {
    by,
    previous: { amount_refunded: charge.amount_refunded, ...(refunded.refunded && { refunded: false }) },
  });
  const settled = store.put("refunds", refund.id, { ...refund, destination_details: cardDestination("available") });
  emitEvent(store, "refund.updated", settled, now, { by, previous: { destination_details: refund.destination_details } });
  // The bank fails it afterwards: the call is answered with the refund that succeeded.
  if (currentFaults(store).refunds === "fail") failRefund(store, settled, now);
  return settled;
};

function chargeIn(fields: Fields, store: Store): Charge {
  const intentId = text(fields, "payment_intent");
  const chargeId = text(fields, "charge");
  if (intentId === undefined && chargeId === undefined) {
    const message = "One of the following params should be provided for this request: payment_intent or charge.";
    throw new ApiError(400, { type: "invalid_request_error", code: "parameter_missing", message });
  }
  const intent = intentId === undefined ? undefined : store.get("intents", intentId);
  if (intentId !== undefined && !intent) throw missing("payment_intent", intentId, "payment_intent");
  const charge = store.get("charges", chargeId ?? intent?.latest_charge ?? "");
  if (chargeId !== undefined && (!charge || (intentId !== undefined && charge.payment_intent !== intentId))) {
    throw missing("charge", chargeId, "charge");
  }
  if (!charge?.paid) {
    const what = chargeId
      ? `Charge ${chargeId} is not paid`
      : `This PaymentIntent (${intentId}) does not have a successful charge to refund`;
    throw badState(`${what}.`, { param: chargeId ? "charge" : "payment_intent" });
  }
  return charge;
}

function cardDestination(status: "pending" | "available"): Refund["destination_details"] {
  return { type: "card", card: { type: "refund", reference_status: status, reference_type: "acquirer_reference_number" } };
}
