import type { Store, Tables } from "../store.ts";
import type { Behaviour } from "./answer.ts";
import { missing } from "./errors.ts";
import { only } from "./fields.ts";

export type Listed = "sessions" | "intents" | "charges" | "refunds" | "disputes" | "events";

const nouns: { [T in Listed]: [noun: string, param: string] } = {
  sessions: ["checkout.session", "session"],
  intents: ["payment_intent", "intent"],
  charges: ["charge", "id"],
  refunds: ["refund", "id"],
  disputes: ["dispute", "id"],
  events: ["event", "id"],
};

export function retrieve(table: Listed): Behaviour {
  return ({ store }, { pathId, fields }) => {
    only(fields, ["expand"]);
    const found: Tables[Listed] | undefined = store.get(table, pathId);
    if (!found) throw missing(nouns[table][0], pathId, nouns[table][1]);
    return withDelivery(store, found);
  };
}

export function withDelivery(store: Store, found: Tables[Listed]): Tables[Listed] {
  if (found.object !== "event") return found;
  return { ...found, pending_webhooks: store.get("deliveries", found.id)?.state === "pending" ? 1 : 0 };
}
