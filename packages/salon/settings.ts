import type { Settings as SettingsMessage } from "@lacio/proto/staff/v1/staff_service";

/** The salon's settings with all fields present; the proto documents them. */
export type Settings = Required<Omit<SettingsMessage, "$typeName" | "$unknown">>;

/** Defaults: the salon's initial settings, and what a service uses until its first SettingsChanged event. */
export const usualSettings: Settings = {
  gridMinutes: 15,
  bookableDaysAhead: 365,
  bookableFromMinutes: 120,
  holdMinutes: 10,
  freeUntilHours: 24,
  lateRefundPercent: 50,
};
