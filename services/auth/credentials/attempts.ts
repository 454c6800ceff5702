import { createHash } from "node:crypto";
import { tooMany } from "@lacio/chassis/errors";
import type { Base } from "@lacio/chassis/start";
import { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";

type Config = { redisUrl: string; loginPerAccountPerMinute: number; resetMailsPerAccountPerHour: number };

/** Rate limits per account. The counters are shared in Redis; during an outage each replica falls back to its own in memory. */
export function createAttempts({ config, log }: Pick<Base<Config>, "config" | "log">) {
  // Eager connection: "not ready" then means an outage, and a call falls back at once instead of waiting for a connection.
  const redis = new Redis(config.redisUrl, { maxRetriesPerRequest: 1, connectTimeout: 2_000, commandTimeout: 1_000 });
  let away = false; // one log line per outage, not per reconnect
  redis.on("ready", () => (away = false));
  redis.on("error", (error: Error) => {
    if (!away) log.warn({ err: error }, "Redis is away: each replica counts alone");
    away = true;
  });
  const limiter = (keyPrefix: string, points: number, duration: number) =>
    new RateLimiterRedis({
      storeClient: redis,
      rejectIfRedisNotReady: true,
      keyPrefix,
      points,
      duration,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration }),
    });
  const logins = limiter("auth:login", config.loginPerAccountPerMinute, 60);
  const resets = limiter("auth:reset", config.resetMailsPerAccountPerHour, 3_600);
  const newAddresses = limiter("auth:new-address", config.resetMailsPerAccountPerHour, 3_600);

  return {
    /** @throws Refusal `too_many_requests`, alike for known and unknown addresses (account enumeration). */
    async login(email: string): Promise<void> {
      const wait = await consume(logins, email);
      if (wait > 0) throw tooMany("too_many_requests", "Too many attempts for this account; try again later.", wait);
    },
    forgetLogins: async (email: string) => void (await logins.delete(hashed(email))),
    mayMailReset: async (email: string) => (await consume(resets, email)) === 0,
    /** For the link to a new address: whoever is signed in could have strangers mailed. @throws Refusal `too_many_requests` */
    async mailNewAddress(accountId: string, email: string): Promise<void> {
      const wait = Math.max(await consume(newAddresses, accountId), await consume(newAddresses, email));
      if (wait > 0) throw tooMany("too_many_requests", "Too many links to a new address; try again later.", wait);
    },
    close: () => redis.disconnect(),
  };
}

// Seconds until the next attempt, 0 when this one is allowed.
async function consume(limiter: RateLimiterRedis, whose: string): Promise<number> {
  try {
    await limiter.consume(hashed(whose));
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error.msBeforeNext / 1_000;
    throw error;
  }
}

const hashed = (whose: string): string => createHash("sha256").update(whose).digest("base64url");
