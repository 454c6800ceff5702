import type { App } from "../app.ts";

// They carry the client's name and mail as the provider knows them: kept to explain a payment, not for ever.
export async function forgetEvents(app: App): Promise<void> {
  const days = app.config.providerEventKeepDays;
  await app.db.sql("delete from provider_event where processed_at < now() - $1 * interval '1 day'", [days]);
}
