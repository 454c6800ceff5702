import type { Handler } from "@lacio/chassis/consume";
import type {
  ScheduleChangedSchema,
  ServiceChangedSchema,
  SettingsChangedSchema,
  StylistChangedSchema,
} from "@lacio/proto/staff/v1/events";
import type { Shift as ProtoShift } from "@lacio/proto/staff/v1/staff_service";
import type { App } from "../app.ts";
import type { Shift } from "../domain/calendar.ts";
import { parseDay } from "../domain/local-days.ts";

// Projections, upserted with a compare on the revision: a stale event that comes late, or a redelivery, changes nothing.

export const onServiceChanged = (): Handler<typeof ServiceChangedSchema> =>
  async function onServiceChanged(event, once) {
    const { id, name, nameEn, price, ivaPercent, phases, bufferMinutes, skillIds, active } = event.service!;
    const layout = JSON.stringify(phases.map((phase) => ({ name: phase.name, minutes: phase.minutes, busy: phase.busy })));
    const money = [price!.currencyCode, price!.minorUnits, ivaPercent];
    const values = [id, name, nameEn, ...money, layout, bufferMinutes, skillIds, active, event.revision];
    await once((tx) =>
      tx.sql(
        `insert into salon_service (id, name, name_en, currency_code, price, iva_percent, phases, buffer_minutes, skill_ids, active, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (id) do update set name = excluded.name, name_en = excluded.name_en, currency_code = excluded.currency_code, price = excluded.price,
           iva_percent = excluded.iva_percent, phases = excluded.phases, buffer_minutes = excluded.buffer_minutes,
           skill_ids = excluded.skill_ids, active = excluded.active, revision = excluded.revision
         where salon_service.revision < excluded.revision`,
        values,
      ),
    );
  };

export const onStylistChanged = (app: App): Handler<typeof StylistChangedSchema> =>
  async function onStylistChanged({ staffId, active, skillIds, revision }, once) {
    const { stylist } = await app.staff.getStylist({ staffId }); // events carry no personal data, so the name is fetched
    await once((tx) =>
      tx.sql(
        `insert into stylist (id, name, active, skill_ids, revision) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set name = excluded.name, active = excluded.active, skill_ids = excluded.skill_ids, revision = excluded.revision
         where stylist.revision < excluded.revision`,
        [staffId, stylist!.name, active, skillIds, revision],
      ),
    );
  };

export const onScheduleChanged = (): Handler<typeof ScheduleChangedSchema> =>
  async function onScheduleChanged({ staffId, shifts, revision }, once) {
    await once((tx) =>
      tx.sql(
        `insert into schedule (staff_id, shifts, revision) values ($1, $2, $3)
         on conflict (staff_id) do update set shifts = excluded.shifts, revision = excluded.revision where schedule.revision < excluded.revision`,
        [staffId, JSON.stringify(shifts.map(shiftOf)), revision],
      ),
    );
  };

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

export const onSettingsChanged = (): Handler<typeof SettingsChangedSchema> =>
  async function onSettingsChanged({ settings, revision }, once) {
    await once((tx) =>
      tx.sql(
        `insert into settings (grid_minutes, bookable_days_ahead, bookable_from_minutes, revision) values ($1, $2, $3, $4)
         on conflict (id) do update set grid_minutes = excluded.grid_minutes, bookable_days_ahead = excluded.bookable_days_ahead,
           bookable_from_minutes = excluded.bookable_from_minutes, revision = excluded.revision
         where settings.revision < excluded.revision`,
        [settings!.gridMinutes, settings!.bookableDaysAhead, settings!.bookableFromMinutes, revision],
      ),
    );
  };
