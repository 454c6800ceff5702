import { create } from "@bufbuild/protobuf";
import type { Env } from "@lacio/chassis/config";
import type { Tx } from "@lacio/chassis/db";
import { SettingsSchema } from "@lacio/proto/staff/v1/staff_service";
import { validator } from "@lacio/proto/validator";
import { usualSettings, type Settings } from "@lacio/salon/settings";
import { SalonSettings, theOne } from "../domain/salon-settings.ts";

const variables: Record<keyof Settings, string> = {
  gridMinutes: "SLOT_GRID_MINUTES",
  bookableDaysAhead: "BOOKABLE_DAYS_AHEAD",
  bookableFromMinutes: "BOOKABLE_FROM_MINUTES",
  holdMinutes: "HOLD_MINUTES",
  freeUntilHours: "CANCEL_FREE_UNTIL_HOURS",
  lateRefundPercent: "CANCEL_LATE_REFUND_PERCENT",
};
const fields = Object.keys(variables) as (keyof Settings)[];

/** The initial settings, from the environment, validated by the contract's rules. Later changes come by UpdateSettings alone. */
export function readFirstSettings(env: Env): Settings {
  const first = { ...usualSettings };
  for (const field of fields) first[field] = env.number(variables[field], usualSettings[field]);
  for (const { field, message } of validator.validate(SettingsSchema, create(SettingsSchema, first)).violations ?? []) {
    const wrong = fields.find((name) => SettingsSchema.field[name] === field[0])!;
    env.errors.push(`${variables[wrong]} ${message}, not "${first[wrong]}"`);
  }
  return first;
}

/** Seeds the settings at the first start: written and emitted once under an advisory lock, whatever the environment says later. */
export async function openSettings(tx: Tx, first: Settings): Promise<void> {
  await tx.sql("select pg_advisory_xact_lock(hashtext('staff.settings'))");
  if (await tx.find(SalonSettings, theOne)) return;
  const [settings, changed] = SalonSettings.first(first);
  tx.add(settings);
  tx.emit(changed);
}
