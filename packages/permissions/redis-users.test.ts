import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { startInfra } from "@lacio/testkit/infra/index";
import type { Infra } from "@lacio/testkit/infra/servers";
import { Redis } from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { permissions } from "./table.ts";

let infra: Infra<"redis">;
const open: Redis[] = [];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-redis-users-"));

await beforeTests(
  async () => {
    infra = await startInfra({ dir }, ["redis"]);
  },
  async () => {
    for (const redis of open) redis.disconnect();
    await infra?.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  },
);

function as(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 1_000 });
  redis.on("error", () => {}); // the command rejects, too
  open.push(redis);
  return redis;
}

const withRedis = Object.entries(permissions).filter(([, { servers }]) => (servers as readonly string[]).includes("redis"));

test.each(withRedis)("%s counts under its own keys, by the rate limiter's script", async (name) => {
  const redis = as(infra.redis.urlOf(name));
  const limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: `${name}:login`, points: 2, duration: 60 });
  await limiter.consume("ana");
  await limiter.consume("ana");
  await expect(limiter.consume("ana")).rejects.toMatchObject({ consumedPoints: 3 });
  expect(await limiter.get("ana")).toMatchObject({ consumedPoints: 3 });
  expect(await as(infra.redis.url).get(`${name}:login:ana`)).toBe("3");
  expect(await limiter.delete("ana")).toBe(true);
});

test.each(withRedis)("%s reaches no other key, and administers nothing", async (name) => {
  const redis = as(infra.redis.urlOf(name));
  await as(infra.redis.url).set("users:x", "1");
  const script = "return redis.call('get', 'users:x')";
  const refused = [
    ["get", "users:x"],
    ["set", "users:x", "2"],
    ["del", "users:x", `${name}:y`],
    ["eval", script, "0"],
    ["eval", "return redis.call('flushall')", "0"],
    ...["flushall", "flushdb", "keys *", "scan 0", "config get *", "acl list", "acl whoami", "client list", "client kill type normal"].map(
      (command) => command.split(" "),
    ),
    ...["monitor", "shutdown", "replicaof no one", "module list", "subscribe x", "publish x y", "script flush"].map((command) =>
      command.split(" "),
    ),
  ];
  for (const [command, ...values] of refused)
    expect([command, await redis.call(command!, ...values).catch((error: Error) => error.message)]).toEqual([
      command,
      expect.stringMatching(/NOPERM|ACL failure|No permissions/i) as unknown,
    ]);
  expect(await as(infra.redis.url).get("users:x")).toBe("1");
});

test("the default user, one without a password and a service without Redis are refused", async () => {
  const { port } = infra.redis;
  for (const login of ["", ":x@", "default:x@", "auth:x@", `users:${new URL(infra.redis.urlOf("auth")).password}@`, "users:x@"])
    await expect(as(`redis://${login}127.0.0.1:${port}`).get("auth:x")).rejects.toThrow(/NOAUTH|WRONGPASS|closed/);
});
