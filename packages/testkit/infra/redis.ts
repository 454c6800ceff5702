import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { redisConf, type RedisSettings } from "@lacio/permissions/redis-conf";
import { redisUsers } from "@lacio/permissions/redis-users";
import { permissions } from "@lacio/permissions/table";
import { Redis as Client } from "ioredis";
import { binary, libraryPath } from "../programs/binaries.ts";
import { startChild } from "../processes/child.ts";
import { freePort } from "../processes/ports.ts";
import { passwords } from "./passwords.ts";
import type { InfraOptions, Redis } from "./servers.ts";

/** Valkey (or Redis) without persistence: it only holds rate limits and short-lived caches. */
export async function startRedis(options: InfraOptions): Promise<Redis> {
  const { dir, supervise } = options;
  const program = await binary("valkey-server");
  const port = await freePort();
  const config = path.join(dir, "redis", "redis.conf");
  const { text, urlOf } = configuration(options, port, { bind: "127.0.0.1", port, dir: path.dirname(config) });
  fs.mkdirSync(path.dirname(config), { recursive: true });
  fs.writeFileSync(config, text, { mode: 0o600 });
  const child = await startChild({
    name: "redis",
    command: program,
    args: [config],
    env: { ...process.env, ...libraryPath(program) },
    dir,
    ready: () => redisAnswers(urlOf(admin)),
    supervise,
  });
  return Object.assign(child, { url: urlOf(admin), urlOf, port });
}

export const admin = "admin";

/** redis.conf with new passwords, and the addresses that have them; `seenPort` is the one that clients see. */
export function configuration(options: InfraOptions, seenPort: number, settings: RedisSettings) {
  const passwordOf = passwords(() => randomBytes(18).toString("base64url"));
  const users = redisUsers(options.permissions ?? permissions, passwordOf);
  const text = redisConf(settings, [`user ${admin} on >${passwordOf(admin)} ~* &* +@all`, ...users]);
  return { text, urlOf: (user: string) => `redis://${user}:${passwordOf(user)}@127.0.0.1:${seenPort}` };
}

/** Readiness probe. @throws when the server is down or refuses the password */
export const redisAnswers = (url: string): Promise<boolean> => withRedis(url, async (redis) => (await redis.ping()) === "PONG");

/** Works on one connection, which it closes. */
export async function withRedis<T>(url: string, work: (redis: Client) => Promise<T>): Promise<T> {
  const redis = new Client(url, { connectTimeout: 2_000, commandTimeout: 2_000, enableReadyCheck: false, retryStrategy: () => null });
  redis.on("error", () => {}); // the command rejects, too
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
