import type { Handler } from "@lacio/chassis/consume";
import type { SettingsChangedSchema } from "@lacio/proto/staff/v1/events";

/** For bookings made from now on; an existing one keeps its hold and its policy, which are frozen on it. */
export const onSettingsChanged = (): Handler<typeof SettingsChangedSchema> =>
  async function onSettingsChanged({ settings, revision }, once) {
    const { gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent } = settings!;
    await once((tx) =>
      tx.sql(
        `insert into settings (grid_minutes, bookable_days_ahead, bookable_from_minutes, hold_minutes, free_until_hours, late_refund_percent, revision)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do update set grid_minutes = excluded.grid_minutes, bookable_days_ahead = excluded.bookable_days_ahead,
           bookable_from_minutes = excluded.bookable_from_minutes, hold_minutes = excluded.hold_minutes,
           free_until_hours = excluded.free_until_hours, late_refund_percent = excluded.late_refund_percent, revision = excluded.revision
         where settings.revision < excluded.revision`,
        [gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent, revision],
      ),
    );
  };
