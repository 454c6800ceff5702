import type { Handler } from "@lacio/chassis/consume";
import type { SettingsChangedSchema } from "@lacio/proto/staff/v1/events";

export const onSettingsChanged =
  (): Handler<typeof SettingsChangedSchema> =>
  async ({ settings, revision }, once) =>
    void (await once((tx) =>
      tx.sql(
        `insert into settings (grid_minutes, bookable_days_ahead, bookable_from_minutes, revision) values ($1, $2, $3, $4)
         on conflict (id) do update set grid_minutes = excluded.grid_minutes, bookable_days_ahead = excluded.bookable_days_ahead,
           bookable_from_minutes = excluded.bookable_from_minutes, revision = excluded.revision
         where settings.revision < excluded.revision`,
        [settings!.gridMinutes, settings!.bookableDaysAhead, settings!.bookableFromMinutes, revision],
      ),
    ));
