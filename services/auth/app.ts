import type { ServiceImpl } from "@connectrpc/connect";
import { longestTokenMinutes, type Env } from "@lacio/chassis/config";
import type { Base } from "@lacio/chassis/start";
import type { AuthService } from "@lacio/proto/auth/v1/auth_service";
import { createAttempts } from "./credentials/attempts.ts";
import { derivedKeys, encryptionSecrets } from "./credentials/derived-keys.ts";
import { createKeyring } from "./credentials/keyring.ts";
import { createHasher } from "./credentials/password.ts";
import { ensureAdmin } from "./acts/ensure-admin.ts";

export const readConfig = (env: Env) => ({
  accessTokenMinutes: env.number("ACCESS_TOKEN_MINUTES", 10, { min: 1, max: longestTokenMinutes }),
  sessionDays: env.number("SESSION_DAYS", 60, { min: 1, max: 365 }),
  refreshGraceSeconds: env.number("REFRESH_GRACE_SECONDS", 10, { max: 60 }),
  loginPerAccountPerMinute: env.number("LOGIN_PER_ACCOUNT_PER_MINUTE", 10, { min: 1 }),
  resetMailsPerAccountPerHour: env.number("RESET_MAILS_PER_ACCOUNT_PER_HOUR", 3, { min: 1 }),
  redisUrl: env.url("REDIS_URL", "redis://redis:6379"),
  hashWaitMaxMs: env.number("HASH_WAIT_MAX_MS", 2_000, { min: 1, max: 60_000 }),
  keyDays: env.number("SIGNING_KEY_DAYS", 30, { min: 1 }),
  secrets: encryptionSecrets(env),
  bootstrapAdminEmail: env.optional("BOOTSTRAP_ADMIN_EMAIL"),
  bootstrapAdminPassword: env.optional("BOOTSTRAP_ADMIN_PASSWORD"),
});

export function createApp(base: Base<ReturnType<typeof readConfig>>) {
  const hasher = createHasher(base.config.hashWaitMaxMs);
  const successorKeys = derivedKeys("refresh-successor", base.config.secrets);
  return { ...base, hasher, keyring: createKeyring(base), successorKeys, attempts: createAttempts(base) };
}

export type App = ReturnType<typeof createApp>;

/** The first ADMIN, and a key that signs: where one has to be made it is published before this replica is ready. */
export async function prepare(app: App): Promise<void> {
  await ensureAdmin(app, app.hasher);
  await app.keyring.jwks();
}

/** The methods of the contract; rpc/index.ts implements each. */
export type Rpc = ServiceImpl<typeof AuthService>;
