import { streamKeepDays } from "./bus.ts";
import type { Database } from "./db.ts";

/**
 * Forgets what is no longer needed: published events after `keepDays`; handled ones when none of those can be on its way any more, in a
 * stream that was filled from the outbox again; failures with them; kept answers after two days.
 */
export async function purge(db: Database, keepDays: number): Promise<void> {
  await db.sql("delete from outbox where published_at < now() - make_interval(days => $1)", [keepDays]);
  await db.sql("delete from inbox where handled_at < now() - make_interval(days => $1)", [keepDays + streamKeepDays]);
  await db.sql("delete from event_failure where failed_at < now() - make_interval(days => $1)", [keepDays + streamKeepDays]);
  await db.sql("delete from idempotency where created_at < now() - interval '2 days'");
}
