import { randomInt } from "node:crypto";
import type { Config } from "../config.ts";
import { currentFaults } from "../control/faults.ts";
import type { Event } from "../objects.ts";
import type { Store } from "../store.ts";
import { afterAttempts, type Delivery } from "./delivery.ts";
import { send } from "./send.ts";

export type Deliverer = ReturnType<typeof deliverEvents>;

const atOnce = 16;

/** Delivers events at least once: sends each that is pending and due, and retries until it is accepted or given up. */
export function deliverEvents(config: Config, store: Store) {
  const pending = new Set(store.entries("deliveries").flatMap(([id, { state }]) => (state === "pending" ? [id] : [])));
  const busy = new Set<string>();
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deliveryOf = (id: string) => store.get("deliveries", id) as Delivery;
  const dueAt = (id: string) => deliveryOf(id).nextAttemptAt ?? 0;

  store.onCommit((changes) => {
    const before = pending.size;
    for (const [table, id, value] of changes) {
      if (table !== "deliveries") continue;
      if (value.state === "pending") pending.add(id);
      else pending.delete(id);
    }
    if (pending.size > before) wake();
  });
  wake();

  function wake(): void {
    clearTimeout(timer);
    if (stop.signal.aborted) return;
    const waiting = [...pending].filter((id) => !busy.has(id));
    const due = waiting.filter((id) => dueAt(id) <= Date.now());
    const held = due.filter((id) => deliveryOf(id).held);
    if (held.length > 0) void attemptOneByOne(otherOrder(held));
    for (const id of due.filter((id) => !held.includes(id)).slice(0, Math.max(0, atOnce - busy.size))) void attemptOneByOne([id]);
    const next = Math.min(...waiting.filter((id) => !due.includes(id)).map(dueAt));
    if (next < Infinity) timer = setTimeout(wake, next - Date.now());
  }

  async function attemptOneByOne(ids: string[]): Promise<void> {
    for (const id of ids) busy.add(id);
    for (const id of ids) {
      await attempt(id);
      busy.delete(id);
    }
    wake();
  }

  async function attempt(id: string): Promise<void> {
    if (stop.signal.aborted) return;
    const { webhooks, copies } = currentFaults(store);
    if (webhooks === "drop") {
      store.transact(() => store.put("deliveries", id, { ...deliveryOf(id), state: "dropped", nextAttemptAt: null }));
    } else {
      await sendCopies(id, webhooks === "duplicate" ? copies : 1);
    }
  }

  /** Also resends an event by hand, ignoring the faults. */
  async function sendCopies(id: string, copies: number): Promise<Delivery> {
    const event = store.get("events", id) as Event;
    const made = await Promise.all(Array.from({ length: copies }, () => send(config, event, stop.signal)));
    if (stop.signal.aborted) return deliveryOf(id);
    return store.transact(() => store.put("deliveries", id, afterAttempts(deliveryOf(id), made, event.created * 1000, Date.now())));
  }

  return { sendCopies, stop: () => (clearTimeout(timer), stop.abort()) };
}

// Sattolo's shuffle: no event keeps its place, so that even two held events are reordered.
function otherOrder(ids: string[]): string[] {
  const shuffled = [...ids];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = randomInt(last);
    [shuffled[last], shuffled[other]] = [shuffled[other] as string, shuffled[last] as string];
  }
  return shuffled;
}
