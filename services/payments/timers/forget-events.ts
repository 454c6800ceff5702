import type { App } from "../app.ts";

/** Retention: events explain a payment for the configured days. */
export async function forgetEvents(app: App): Promise<void> {
  const before = new Date(app.now().getTime() - app.config.providerEventKeepDays * 86_400_000);
  await app.db.sql("delete from provider_event where processed_at < $1", [before]);
}
