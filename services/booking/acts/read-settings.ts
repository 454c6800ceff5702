import type { Database } from "@lacio/chassis/db";
import { usualSettings, type Settings } from "@lacio/salon/settings";

/** The salon's settings as staff told them last; the usual ones until it has. */
export async function readSettings(db: Pick<Database, "sql">): Promise<Settings> {
  const [told] = await db.sql<Settings>(
    `select grid_minutes as "gridMinutes", bookable_days_ahead as "bookableDaysAhead", bookable_from_minutes as "bookableFromMinutes",
       hold_minutes as "holdMinutes", free_until_hours as "freeUntilHours", late_refund_percent as "lateRefundPercent" from settings`,
    [],
    "settings",
  );
  return told ?? usualSettings;
}
