import type { Base } from "@lacio/chassis/start";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { BookingService } from "@lacio/proto/booking/v1/booking_service";

export const readConfig = () => ({});

export const createApp = (base: Base<ReturnType<typeof readConfig>>) => ({
  ...base,
  auth: base.client(AuthService),
  booking: base.client(BookingService),
});

export type App = ReturnType<typeof createApp>;
