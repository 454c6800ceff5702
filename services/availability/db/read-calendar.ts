import type { Database } from "@lacio/chassis/db";
import { usualSettings } from "@lacio/salon/settings";
import type { Calendar, Phase, SearchSettings, Service, Shift, Spans, StylistCalendar } from "../domain/calendar.ts";
import type { LocalDays } from "../domain/local-days.ts";

export type Question = {
  serviceId: string;
  days: LocalDays;
  skillId?: string;
  staffId?: string;
  /** A booking that is being moved, whose own time counts as free, with the terms it was sold at; its service may be archived by now. */
  ignoreBookingId?: string;
  soldAs?: Pick<Service, "phases" | "bufferMinutes">;
};

/**
 * One statement answers every question about free time; its cost depends on the days asked, not on the past. It reads the settings too, so
 * the caller checks only afterwards whether the days are within `bookableDaysAhead`: hence bigint, as any calendar day can come in.
 */
export const calendarStatement = `
  select service.id, service.name, service.name_en, service.currency_code, service.price, service.iva_percent, service.phases, service.buffer_minutes,
    settings.grid_minutes, settings.bookable_days_ahead, settings.bookable_from_minutes,
    stylist.id as staff_id, stylist.name as staff_name, schedule.shifts,
    stylist.skill_ids @> service.skill_ids and ($4::uuid is null or stylist.skill_ids @> array[$4::uuid]) as skilled,
    (select string_agg(start_minute || ',' || end_minute, ',' order by start_minute) from time_off
      where time_off.staff_id = stylist.id and not removed and end_minute > $2::bigint and start_minute < $3::bigint) as time_off,
    (select string_agg(start_minute || ',' || end_minute, ',' order by start_minute) from busy
      where busy.staff_id = stylist.id and start_minute > $2::bigint - 840 and start_minute < $3::bigint and end_minute > $2::bigint
        and ($6::uuid is null or booking_id <> $6)) as busy
  from salon_service service
  left join settings on true
  left join stylist on stylist.active and case when $5::uuid is null then stylist.skill_ids @> service.skill_ids else stylist.id = $5 end
  left join schedule on schedule.staff_id = stylist.id
  where service.id = $1 and (service.active or $7::boolean)`;

// A visit that starts on the last day may end on the next: its busy time is read, too.
const reachMinutes = 1440;

export const calendarParams = ({ serviceId, days, skillId, staffId, ignoreBookingId, soldAs }: Question): unknown[] => [
  serviceId,
  days.from,
  days.until + reachMinutes,
  skillId || null,
  staffId || null,
  ignoreBookingId || null,
  soldAs !== undefined,
];

type Answer = Calendar & { settings: SearchSettings };

/** The projection of a service and its stylists for these days; undefined when there is no such service. */
export async function readCalendar(db: Pick<Database, "sql">, question: Question): Promise<Answer | undefined> {
  const calendar = toCalendar(await db.sql<CalendarRow>(calendarStatement, calendarParams(question), "calendar"));
  return calendar && { ...calendar, service: { ...calendar.service, ...question.soldAs } };
}

export type CalendarRow = {
  id: string;
  name: string;
  name_en: string;
  currency_code: string;
  price: string;
  iva_percent: number;
  phases: Phase[];
  buffer_minutes: number;
  grid_minutes: number | null;
  bookable_days_ahead: number;
  bookable_from_minutes: number;
  staff_id: string | null;
  staff_name: string;
  shifts: Shift[] | null;
  skilled: boolean;
  time_off: string | null;
  busy: string | null;
};

export function toCalendar(rows: CalendarRow[]): Answer | undefined {
  const first = rows[0];
  if (!first) return undefined;
  const service: Service = {
    id: first.id,
    name: first.name,
    nameEn: first.name_en,
    price: { currencyCode: first.currency_code, minorUnits: Number(first.price) },
    ivaPercent: first.iva_percent,
    phases: first.phases,
    bufferMinutes: first.buffer_minutes,
  };
  return { service, settings: toSettings(first), stylists: rows.flatMap((row) => (row.staff_id ? [toStylist(row, row.staff_id)] : [])) };
}

// Defaults until SettingsChanged is projected: eventual consistency at the first start, as staff emits it before any service.
const toSettings = ({ grid_minutes: gridMinutes, bookable_days_ahead, bookable_from_minutes }: CalendarRow): SearchSettings =>
  gridMinutes === null
    ? usualSettings
    : { gridMinutes, bookableDaysAhead: bookable_days_ahead, bookableFromMinutes: bookable_from_minutes };

const toStylist = (row: CalendarRow, staffId: string): StylistCalendar => ({
  staffId,
  staffName: row.staff_name,
  skilled: row.skilled,
  shifts: row.shifts ?? [],
  timeOff: spans(row.time_off),
  busy: spans(row.busy),
});

const spans = (text: string | null): Spans => (text ? text.split(",").map(Number) : []);
