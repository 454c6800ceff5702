import { cancelRefund } from "../bank/refund.ts";
import type { Behaviour } from "./answer.ts";
import { missing } from "./errors.ts";
import { only } from "./fields.ts";

export const cancelRefundCall: Behaviour = ({ store }, { pathId, fields, now, id, idempotencyKey }) => {
  only(fields, ["expand"]);
  const refund = store.get("refunds", pathId);
  if (!refund) throw missing("refund", pathId, "id");
  return cancelRefund(store, refund, now, { id, idempotency_key: idempotencyKey });
};
