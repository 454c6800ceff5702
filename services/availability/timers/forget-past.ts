import type { App } from "../app.ts";

const keepDays = 30;

/** Retention: past busy time is deleted, as no search reads it; the revisions in `booking_seen` stay, against late stale events. */
export async function forgetPast(app: App): Promise<void> {
  const before = Math.floor(app.now().getTime() / 60_000) - keepDays * 1440;
  await app.db.sql("delete from busy where end_minute < $1", [before]);
  await app.db.sql("delete from time_off where end_minute < $1", [before]);
}
