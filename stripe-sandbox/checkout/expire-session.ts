import type { Event, Session } from "../objects.ts";
import type { Store } from "../store.ts";
import { emitEvent } from "../webhooks/emit-event.ts";

/** An expired session cannot be paid, so the intent of a declined attempt is canceled with it. */
export function expireSession(store: Store, session: Session, now: number, by?: Event["request"]): Session {
  const expired = store.put("sessions", session.id, { ...session, status: "expired", url: null });
  const intent = session.payment_intent === null ? undefined : store.get("intents", session.payment_intent);
  if (intent) {
    const canceled = store.put("intents", intent.id, {
      ...intent,
      status: "canceled",
      canceled_at: now,
      cancellation_reason: "automatic",
    });
    emitEvent(store, "payment_intent.canceled", canceled, now, { ...(by && { by }) });
  }
  emitEvent(store, "checkout.session.expired", expired, now, { ...(by && { by }) });
  return expired;
}

export function expireDueSessions(store: Store, now: number): void {
  for (const session of store.all("sessions")) {
    if (session.status === "open" && session.expires_at <= now) store.transact(() => expireSession(store, session, now));
  }
}
