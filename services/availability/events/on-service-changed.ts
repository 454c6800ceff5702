import type { Handler } from "@lacio/chassis/consume";
import type { ServiceChangedSchema } from "@lacio/proto/staff/v1/events";

export const onServiceChanged = (): Handler<typeof ServiceChangedSchema> => async (event, once) => {
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
