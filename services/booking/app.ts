import type { ServiceImpl } from "@connectrpc/connect";
import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";
import type { BookingService } from "@lacio/proto/booking/v1/booking_service";

export const readConfig = (env: Env) => ({
  zone: env.timeZone("SALON_TIME_ZONE", "America/Bogota"),
  maxOpenHolds: env.number("MAX_OPEN_HOLDS", 5, { min: 1, max: 100 }),
  completeAfterHours: env.number("COMPLETE_AFTER_HOURS", 12, { min: 0, max: 720 }),
  expireSweepSeconds: env.number("EXPIRE_SWEEP_SECONDS", 2, { min: 1, max: 3_600 }),
  noShowCorrectionDays: env.number("NO_SHOW_CORRECTION_DAYS", 7, { min: 0, max: 90 }),
});

export function createApp(base: Base<ReturnType<typeof readConfig>>) {
  return { ...base, auth: base.client(AuthService), availability: base.client(AvailabilityService) };
}

export type App = ReturnType<typeof createApp>;

/** What callers may ask, as proto says it: each method is named in rpc/index.ts. */
export type Rpc = ServiceImpl<typeof BookingService>;
