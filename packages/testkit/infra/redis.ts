import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Redis as Client } from "ioredis";
import { binary, libraryPath } from "../programs/binaries.ts";
import { startChild } from "../processes/child.ts";
import { freePort } from "../processes/ports.ts";
import type { InfraOptions, Redis } from "./servers.ts";

/** Valkey (or Redis) without persistence: it only holds rate limits and short-lived caches. */
export async function startRedis({ dir, supervise }: InfraOptions): Promise<Redis> {
  const program = await binary("valkey-server");
  const port = await freePort();
  const password = randomBytes(18).toString("base64url");
  const config = path.join(dir, "redis", "redis.conf");
  fs.mkdirSync(path.dirname(config), { recursive: true });
  fs.writeFileSync(config, configuration(port, password, path.dirname(config)), { mode: 0o600 });
  const child = await startChild({
    name: "redis",
    command: program,
    args: [config],
    env: { ...process.env, ...libraryPath(program) },
    dir,
    ready: () => redisAnswers(port, password),
    supervise,
  });
  return Object.assign(child, { url: `redis://:${password}@127.0.0.1:${port}`, port });
}

const configuration = (port: number, password: string, dir: string) => `
bind 127.0.0.1
port ${port}
requirepass ${password}
dir ${JSON.stringify(dir)}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
`;

/** Readiness probe. @throws when the server is down or refuses the password */
export async function redisAnswers(port: number, password: string): Promise<boolean> {
  const options = { host: "127.0.0.1", port, password, connectTimeout: 2_000, commandTimeout: 2_000 };
  const redis = new Client({ ...options, enableReadyCheck: false, retryStrategy: () => null });
  redis.on("error", () => {}); // the ping rejects, too
  try {
    return (await redis.ping()) === "PONG";
  } finally {
    redis.disconnect();
  }
}
