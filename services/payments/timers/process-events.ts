import type { Tx } from "@lacio/chassis/db";
import { isOutage } from "@lacio/chassis/errors";
import { follow, type Trail } from "@lacio/chassis/trail";
import type Stripe from "stripe";
import { stuckEvents } from "../alerts.ts";
import type { App } from "../app.ts";
import { applyChange } from "../settlement/apply-change.ts";
import { eventChanges } from "../provider/changes.ts";

type Waiting = { id: string; type: string; trail: Trail };

const alertAfter = 10;

/**
 * Turns received webhooks into effects, each with its mark in one transaction. They go on in the trace of the call that started the
 * payment, so that one trace leads from the click to the mail; without one, in that of the webhook.
 */
export async function processEvents(app: App, over?: AbortSignal): Promise<void> {
  while (!over?.aborted) {
    const [event] = await app.db.sql<Waiting>(
      `select event.id, type, case when payment.trail ? 'traceparent' then payment.trail
         else jsonb_strip_nulls(jsonb_build_object('traceparent', event.traceparent, 'requestId', event.request_id)) end as trail
       from provider_event event
         cross join lateral (select payload #>> '{data,object,metadata,payment_id}' as paid) metadata
         left join payment on payment.id = case when pg_input_is_valid(paid, 'uuid') then paid::uuid end
       where processed_at is null and next_try_at <= now() order by next_try_at, received_at limit 1`,
    );
    if (!event) return;
    await follow(event.trail, `process stripe ${event.type}`, () => processEvent(app, event));
  }
}

async function processEvent(app: App, { id, type }: Waiting): Promise<void> {
  try {
    const note = await app.transact(async (tx) => {
      const [taken] = await tx.sql<{ payload: Stripe.Event }>(
        "select payload from provider_event where id = $1 and processed_at is null for update",
        [id],
      );
      if (!taken) return "another replica was faster";
      const note = await applyEvent(app, tx, taken.payload);
      await tx.sql("update provider_event set processed_at = now(), error = $2 where id = $1", [id, note]);
      return note;
    });
    app.log.info({ provider_event: id, type, note }, "provider event processed");
  } catch (error) {
    if (isOutage(error)) await waitFor(app, id, error);
    else await tryLater(app, id, error);
  }
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

// Somebody holds the payment, or the database is away: then this statement fails too, and the turn ends. Either way the event is not to blame.
async function waitFor(app: App, id: string, error: unknown): Promise<void> {
  await app.db.sql("update provider_event set next_try_at = now() + interval '5 seconds' where id = $1 and processed_at is null", [id]);
  app.log.warn({ err: error, provider_event: id }, "a provider event waits");
}

async function tryLater(app: App, id: string, error: unknown): Promise<void> {
  const [row] = await app.db.sql<{ attempts: number }>(
    `update provider_event set attempts = attempts + 1, error = $2, next_try_at = now() + least(power(2, least(attempts, 12)), 3600) * interval '1 second'
     where id = $1 and processed_at is null returning attempts`,
    [id, String(error).slice(0, 2_000)],
  );
  if (!row) return; // another replica could
  const stuck = row.attempts >= alertAfter;
  if (stuck) stuckEvents.inc();
  app.log.error(
    { err: error, provider_event: id, attempts: row.attempts },
    stuck ? "ALERT: a provider event is stuck; it needs a person" : "a provider event failed",
  );
}
