import type { ServiceImpl } from "@connectrpc/connect";
import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { ReassignmentService } from "@lacio/proto/reassignment/v1/reassignment_service";
import type { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { openSettings, readFirstSettings } from "./acts/first-settings.ts";

export const readConfig = (env: Env) => ({
  firstSettings: readFirstSettings(env),
  zone: env.timeZone("SALON_TIME_ZONE", "America/Bogota"),
});

export const createApp = (base: Base<ReturnType<typeof readConfig>>) => ({
  ...base,
  auth: base.client(AuthService),
  reassignment: base.client(ReassignmentService),
});

export type App = ReturnType<typeof createApp>;

/** The first settings, which others wait for. */
export const prepare = ({ transact, config }: App): Promise<void> => transact((tx) => openSettings(tx, config.firstSettings));

/** The methods of the contract; rpc/index.ts implements each. */
export type Rpc = ServiceImpl<typeof StaffService>;
