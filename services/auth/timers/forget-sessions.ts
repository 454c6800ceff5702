import type { App } from "../app.ts";

// Ended sessions stay a while: a stolen token that comes back late must still be recognised.
export async function forgetSessions(app: App): Promise<void> {
  const now = app.now();
  await app.db.sql(
    "delete from session where expires_at < $1::timestamptz - interval '7 days' or revoked_at < $1::timestamptz - interval '90 days'",
    [now],
  );
  await app.db.sql("delete from link_token where expires_at < $1::timestamptz - interval '30 days'", [now]);
}
