import type { Handler } from "@lacio/chassis/consume";
import type { ScheduleChangedSchema } from "@lacio/proto/staff/v1/events";
import type { Shift as ProtoShift } from "@lacio/proto/staff/v1/staff_service";
import type { Shift } from "../domain/calendar.ts";
import { parseDay } from "../domain/local-days.ts";

export const onScheduleChanged =
  (): Handler<typeof ScheduleChangedSchema> =>
  async ({ staffId, shifts, revision }, once) =>
    void (await once((tx) =>
      tx.sql(
        `insert into schedule (staff_id, shifts, revision) values ($1, $2, $3)
         on conflict (staff_id) do update set shifts = excluded.shifts, revision = excluded.revision where schedule.revision < excluded.revision`,
        [staffId, JSON.stringify(shifts.map(shiftOf)), revision],
      ),
    ));

const shiftOf = ({ weekday, start, end, everyWeeks, validFrom, validUntil }: ProtoShift): Shift => ({
  weekday,
  start: minuteOf(start),
  end: minuteOf(end),
  everyWeeks: everyWeeks || 1,
  validFrom: parseDay(validFrom) ?? null,
  validUntil: parseDay(validUntil) ?? null,
});

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
