import type { App } from "../app.ts";

const keepDays = 30;

/** Nobody searches in the past: what was busy long ago goes, what booking said of it stays known for late facts. */
export async function forgetPast(app: App): Promise<void> {
  const before = Math.floor(app.now().getTime() / 60_000) - keepDays * 1440;
  await app.db.sql("delete from busy where end_minute < $1", [before]);
  await app.db.sql("delete from time_off where end_minute < $1", [before]);
}
