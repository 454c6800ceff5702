import type { Database } from "./db.ts";

/** Forgets what is no longer needed: published events and handled ones after `keepDays`, kept answers after two days. */
export async function purge(db: Database, keepDays: number): Promise<void> {
  await db.sql("delete from outbox where published_at < now() - make_interval(days => $1)", [keepDays]);
  await db.sql("delete from inbox where handled_at < now() - make_interval(days => $1)", [keepDays]);
  await db.sql("delete from idempotency where created_at < now() - interval '2 days'");
}
