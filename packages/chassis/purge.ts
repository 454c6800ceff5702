import type { Database } from "./db.ts";
import { streamKeepDays } from "./streams.ts";

/**
 * Retention: deletes published events after `keepDays`; inbox rows and failures `streamKeepDays` later, because a stream that was refilled
 * from the outbox redelivers its events for so long; kept answers after two days.
 */
export async function purge(db: Database, keepDays: number, now: Date): Promise<void> {
  const ago = (days: number) => [new Date(now.getTime() - days * 86_400_000)];
  await db.sql("delete from outbox where published_at < $1", ago(keepDays));
  await db.sql("delete from inbox where handled_at < $1", ago(keepDays + streamKeepDays));
  await db.sql("delete from event_failure where failed_at < $1", ago(keepDays + streamKeepDays));
  await db.sql("delete from idempotency where created_at < $1", ago(2));
}
