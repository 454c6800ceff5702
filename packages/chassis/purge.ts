import { streamKeepDays } from "./bus.ts";
import type { Database } from "./db.ts";

/**
 * Forgets what is no longer needed: published events after `keepDays`; handled ones when none of those can be on its way any more, in a
 * stream that was filled from the outbox again; failures with them; kept answers after two days.
 */
export async function purge(db: Database, keepDays: number, now: Date): Promise<void> {
  const ago = (days: number) => [new Date(now.getTime() - days * 86_400_000)];
  await db.sql("delete from outbox where published_at < $1", ago(keepDays));
  await db.sql("delete from inbox where handled_at < $1", ago(keepDays + streamKeepDays));
  await db.sql("delete from event_failure where failed_at < $1", ago(keepDays + streamKeepDays));
  await db.sql("delete from idempotency where created_at < $1", ago(2));
}
