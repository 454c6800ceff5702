import type { Tx } from "@lacio/chassis/db";
import type { Job } from "@lacio/chassis/jobs";
import { follow, type Trail } from "@lacio/chassis/trail";
import type Stripe from "stripe";
import { applyChange } from "../acts/apply-change.ts";
import type { App } from "../app.ts";
import { eventChanges } from "../provider/changes.ts";

/**
 * Applies a stored webhook event. It continues the trace of the call that started the payment, so that one trace leads from
 * the click to the mail; where there is none, the trace of the webhook.
 */
export const processEvent = (app: App): Job["run"] =>
  async function processEvent(id, { end }) {
    const [event] = await app.db.sql<{ type: string; trail: Trail }>(
      `select type, case when payment.trail ? 'traceparent' then payment.trail
         else jsonb_strip_nulls(jsonb_build_object('traceparent', event.traceparent, 'requestId', event.request_id)) end as trail
       from provider_event event
         cross join lateral (select payload #>> '{data,object,metadata,payment_id}' as paid) metadata
         left join payment on payment.id = case when pg_input_is_valid(paid, 'uuid') then paid::uuid end
       where event.id = $1 and processed_at is null`,
      [id],
    );
    if (!event) return;
    await follow(event.trail, `process stripe ${event.type}`, async () => {
      const note = await end((tx) => applyStored(app, tx, id));
      app.log.info({ provider_event: id, type: event.type, note }, "provider event processed");
    });
  };

async function applyStored(app: App, tx: Tx, id: string): Promise<string | null> {
  const [event] = await tx.sql<{ payload: Stripe.Event }>("select payload from provider_event where id = $1", [id]);
  const note = await applyEvent(app, tx, event!.payload);
  await tx.sql("update provider_event set processed_at = $3, error = $2 where id = $1", [id, note, app.now()]);
  return note;
}

async function applyEvent(app: App, tx: Tx, event: Stripe.Event): Promise<string | null> {
  const changes = eventChanges(event);
  if (changes.length === 0) return "nothing of ours";
  let note: string | null = null;
  for (const change of changes) {
    const applied = await applyChange(app, tx, change);
    if (applied === "unknown" || applied === "mismatch") note = applied;
  }
  return note;
}
