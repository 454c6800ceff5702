import { currentFaults } from "../control/faults.ts";
import { newId, type Event } from "../objects.ts";
import type { Store } from "../store.ts";
import type { Delivery } from "./delivery.ts";

/** The API version of the sandbox's objects; a test keeps it equal to the SDK's. */
export const apiVersion = "2026-10-28.endive";

/** Writes the event and its delivery in the transaction of the change (an outbox). */
export function emitEvent(
  store: Store,
  type: Event["type"],
  object: object,
  now: number,
  more: { by?: Event["request"]; previous?: object } = {},
): void {
  const id = newId("evt");
  store.put("events", id, {
    id,
    object: "event",
    api_version: apiVersion,
    created: now,
    data: { object, ...(more.previous && { previous_attributes: more.previous }) },
    livemode: false,
    pending_webhooks: 1,
    request: more.by ?? { id: null, idempotency_key: null },
    type,
  });
  store.put("deliveries", id, firstDelivery(store));
}

function firstDelivery(store: Store): Delivery {
  const { webhooks, delayMs } = currentFaults(store);
  const now = Date.now();
  const held = webhooks === "reorder";
  const alone = now + (held || webhooks === "delay" ? delayMs : 0);
  const nextAttemptAt = (held && dueTimeOfOthersHeld(store, now)) || alone;
  return { state: "pending", attempts: 0, lastAttempts: [], nextAttemptAt, held };
}

function dueTimeOfOthersHeld(store: Store, now: number): number | undefined {
  const other = store.all("deliveries").find(({ held, state, nextAttemptAt }) => held && state === "pending" && (nextAttemptAt ?? 0) > now);
  return other?.nextAttemptAt ?? undefined;
}
