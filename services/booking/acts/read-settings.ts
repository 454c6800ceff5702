import type { Database } from "@lacio/chassis/db";
import { usualSettings, type Settings } from "@lacio/salon/settings";

/** Booking's copy of the salon's settings (events/on-settings-changed.ts); the defaults until the first event has come. */
export async function readSettings(db: Pick<Database, "sql">): Promise<Settings> {
  const [known] = await db.sql<Settings>(
    `select grid_minutes as "gridMinutes", bookable_days_ahead as "bookableDaysAhead", bookable_from_minutes as "bookableFromMinutes",
       hold_minutes as "holdMinutes", free_until_hours as "freeUntilHours", late_refund_percent as "lateRefundPercent" from settings`,
    [],
    "settings",
  );
  return known ?? usualSettings;
}
