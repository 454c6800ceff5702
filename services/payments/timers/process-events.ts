import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
import { withRequestId } from "@lacio/chassis/call-context";
import type { Tx } from "@lacio/chassis/db";
import { isOutage } from "@lacio/chassis/errors";
import type Stripe from "stripe";
import { v7 as uuidv7 } from "uuid";
import { stuckEvents } from "../alerts.ts";
import type { App } from "../app.ts";
import { applyChange } from "../settlement/apply-change.ts";
import { eventChanges } from "../provider/changes.ts";

type Waiting = { id: string; type: string; traceparent: string | null; request_id: string | null };

const alertAfter = 10;

/** Turns received webhooks into effects, each with its mark in one transaction. */
export async function processEvents(app: App): Promise<void> {
  for (;;) {
    const [event] = await app.db.sql<Waiting>(
      `select id, type, traceparent, request_id from provider_event
       where processed_at is null and next_try_at <= now() order by next_try_at, received_at limit 1`,
    );
    if (!event) return;
    await continueTrace(event, () => processEvent(app, event));
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
    if (isOutage(error)) throw error;
    await tryLater(app, id, error);
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

async function tryLater(app: App, id: string, error: unknown): Promise<void> {
  const [row] = await app.db.sql<{ attempts: number }>(
    `update provider_event set attempts = attempts + 1, error = $2, next_try_at = now() + least(power(2, attempts), 3600) * interval '1 second'
     where id = $1 returning attempts`,
    [id, String(error).slice(0, 2_000)],
  );
  const stuck = (row?.attempts ?? 0) >= alertAfter;
  if (stuck) stuckEvents.inc();
  app.log.error(
    { err: error, provider_event: id, attempts: row?.attempts },
    stuck ? "ALERT: a provider event is stuck; it needs a person" : "a provider event failed",
  );
}

// The effect belongs to the trace and request of the webhook that caused it.
function continueTrace(event: Waiting, work: () => Promise<void>): Promise<void> {
  const parent = propagation.extract(context.active(), { traceparent: event.traceparent ?? undefined });
  const span = trace.getTracer("lacio").startSpan(`process stripe ${event.type}`, { kind: SpanKind.CONSUMER }, parent);
  const inside = withRequestId(trace.setSpan(parent, span), event.request_id ?? uuidv7());
  return context.with(inside, work).finally(() => span.end());
}
