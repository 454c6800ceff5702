import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";

export const readConfig = (env: Env) => ({
  zone: env.text("SALON_TIME_ZONE", "America/Bogota"),
  gridMinutes: env.number("SLOT_GRID_MINUTES", 15, { min: 5, max: 120 }),
  daysAhead: env.number("BOOKABLE_DAYS_AHEAD", 365, { min: 1, max: 730 }),
});

export const createApp = (base: Base<ReturnType<typeof readConfig>>) => ({ ...base, staff: base.client(StaffService) });

export type App = ReturnType<typeof createApp>;
