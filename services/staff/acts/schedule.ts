import type { Shift } from "../domain/shift.ts";

type Sql = <Row extends object>(text: string, params: unknown[]) => Promise<Row[]>;

/** The stylist's recurring hours. */
export const readSchedule = ({ sql }: { sql: Sql }, staffId: string): Promise<Shift[]> =>
  sql<Shift>(
    `select weekday, left(start_time::text, 5) as start, left(end_time::text, 5) as "end", every_weeks as "everyWeeks",
       coalesce(valid_from::text, '') as "validFrom", coalesce(valid_until::text, '') as "validUntil"
     from staff_schedules where staff_id = $1 order by ordinal`,
    [staffId],
  );

/** Replaces the whole set; the caller holds the stylist's row lock. Shifts are values without identity: no entity. */
export async function writeSchedule({ sql }: { sql: Sql }, staffId: string, shifts: Shift[]): Promise<void> {
  await sql("delete from staff_schedules where staff_id = $1", [staffId]);
  await sql(
    `insert into staff_schedules (staff_id, ordinal, weekday, start_time, end_time, every_weeks, valid_from, valid_until)
     select $1, row_number() over (), weekday, "start", "end", "everyWeeks", nullif("validFrom", '')::date, nullif("validUntil", '')::date
     from jsonb_to_recordset($2::jsonb)
       as shift (weekday int, "start" time, "end" time, "everyWeeks" int, "validFrom" text, "validUntil" text)`,
    [staffId, JSON.stringify(shifts)],
  );
}
