import { Code } from "@connectrpc/connect";
import { invalid, Refusal } from "@lacio/chassis/errors";
import { fact, type Fact } from "@lacio/chassis/fact";
import { SettingsChangedSchema } from "@lacio/proto/staff/v1/events";
import type { Settings } from "@lacio/salon/settings";
import { defineEntity, p } from "@mikro-orm/core";

/** The key of the singleton row. */
export const theOne = { id: 1 };

const SettingsSchema = defineEntity({
  name: "SalonSettings",
  tableName: "settings",
  properties: {
    id: p.smallint().primary(),
    gridMinutes: p.smallint(),
    bookableDaysAhead: p.smallint(),
    bookableFromMinutes: p.smallint(),
    holdMinutes: p.smallint(),
    freeUntilHours: p.smallint(),
    lateRefundPercent: p.smallint(),
    revision: p.bigint("bigint"),
  },
});

/** How the salon takes bookings: a singleton row; each change emits the whole state, which other services project. */
export class SalonSettings extends SettingsSchema.class {
  static first(values: Settings): [SalonSettings, Fact] {
    const settings = Object.assign(new SalonSettings(), { ...theOne, ...values, revision: 0n });
    return [settings, settings.changed()];
  }

  /** Partial update (absent = unchanged) under optimistic concurrency by revision. No fact without a change. */
  change(wishes: Partial<Settings>, expectedRevision: bigint): Fact[] {
    if (this.revision !== expectedRevision)
      throw new Refusal("settings_changed", "The settings have changed meanwhile; look at them again.", Code.Aborted);
    const news = Object.entries(wishes).filter(([field, value]) => value !== undefined && value !== this[field as keyof Settings]);
    if (news.length === 0) return [];
    Object.assign(this, Object.fromEntries(news));
    if (this.bookableFromMinutes >= this.bookableDaysAhead * 1_440)
      throw invalid("settings.bookableFromMinutes", "must be less than the days that can be booked ahead, or nothing can be booked");
    return [this.changed()];
  }

  values(): Settings {
    const { gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent } = this;
    return { gridMinutes, bookableDaysAhead, bookableFromMinutes, holdMinutes, freeUntilHours, lateRefundPercent };
  }

  private changed(): Fact {
    this.revision += 1n;
    return fact(SettingsChangedSchema, "settings", { settings: this.values(), revision: this.revision });
  }
}
SettingsSchema.setClass(SalonSettings);
