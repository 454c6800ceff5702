import type { Handler } from "@lacio/chassis/consume";
import type { TimeOffChangedSchema } from "@lacio/proto/staff/v1/events";
import { endMinute, startMinute } from "./replace-busy.ts";

/** Time off is never changed, only added and removed: what was removed stays removed, in whatever order the facts come. */
export const onTimeOffChanged =
  (): Handler<typeof TimeOffChangedSchema> =>
  async ({ timeOffId, staffId, start, end, removed }, once) =>
    void (await once((tx) =>
      tx.sql(
        `insert into time_off (id, staff_id, start_minute, end_minute, removed) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set removed = time_off.removed or excluded.removed`,
        [timeOffId, staffId, startMinute(start!), endMinute(end!), removed],
      ),
    ));
