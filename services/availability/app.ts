import type { ServiceImpl } from "@connectrpc/connect";
import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import type { AvailabilityService } from "@lacio/proto/availability/v1/availability_service";

export const readConfig = (env: Env) => ({
  zone: env.timeZone("SALON_TIME_ZONE", "America/Bogota"),
});

export const createApp = (base: Base<ReturnType<typeof readConfig>>) => ({ ...base, staff: base.client(StaffService) });

export type App = ReturnType<typeof createApp>;

/** The methods of the contract; rpc/index.ts implements each. */
export type Rpc = ServiceImpl<typeof AvailabilityService>;
