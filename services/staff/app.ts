import type { Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { openSettings } from "./domain/salon-settings.ts";
import { readFirstSettings } from "./first-settings.ts";

export const readConfig = (env: Env) => ({ firstSettings: readFirstSettings(env) });

export async function createApp(base: Base<ReturnType<typeof readConfig>>) {
  await base.transact((tx) => openSettings(tx, base.config.firstSettings));
  return { ...base, auth: base.client(AuthService) };
}

export type App = Awaited<ReturnType<typeof createApp>>;
