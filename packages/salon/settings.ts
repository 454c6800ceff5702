import type { Settings as SettingsMessage } from "@lacio/proto/staff/v1/staff_service";

/** How the salon takes bookings, with a value for everything; what each means and may be says the proto. */
export type Settings = Required<Omit<SettingsMessage, "$typeName" | "$unknown">>;

/** What holds where nobody said otherwise: the salon's first values, and what a service goes by until it has heard the salon's own. */
export const usualSettings: Settings = {
  gridMinutes: 15,
  bookableDaysAhead: 365,
  bookableFromMinutes: 120,
  holdMinutes: 10,
  freeUntilHours: 24,
  lateRefundPercent: 50,
};
