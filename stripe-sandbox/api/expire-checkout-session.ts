import { expireSession } from "../checkout/expire-session.ts";
import type { Behaviour } from "./answer.ts";
import { badState, missing } from "./errors.ts";
import { only } from "./fields.ts";

export const expireCheckoutSession: Behaviour = ({ store }, call) => {
  only(call.fields, ["expand"]);
  const session = store.get("sessions", call.pathId);
  if (!session) throw missing("checkout.session", call.pathId, "session");
  if (session.status !== "open") {
    throw badState(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
    );
  }
  return expireSession(store, session, call.now, { id: call.id, idempotency_key: call.idempotencyKey });
};
