import type { App } from "../app.ts";

// Retention beyond the end: reuse detection needs the used tokens of a revoked session.
export async function forgetSessions(app: App): Promise<void> {
  const now = app.now();
  await app.db.sql(
    "delete from session where expires_at < $1::timestamptz - interval '7 days' or revoked_at < $1::timestamptz - interval '90 days'",
    [now],
  );
  await app.db.sql("delete from link_token where expires_at < $1::timestamptz - interval '30 days'", [now]);
  // A new address that nobody confirmed, and whose links have expired.
  await app.db.sql(
    "update account set new_email = null, new_email_asked_at = null where new_email_asked_at < $1::timestamptz - interval '2 days'",
    [now],
  );
}
