import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { AuthService, type ListEndedSessionsRequest } from "@lacio/proto/auth/v1/auth_service";
import { SessionEndedSchema } from "@lacio/proto/auth/v1/events";
import { startInfra } from "@lacio/testkit/infra/index";
import type { Infra } from "@lacio/testkit/infra/servers";
import { standIn, type StandIn } from "@lacio/testkit/stand-in";
import { until } from "@lacio/testkit/testing/until";
import { openBus, type Bus } from "./bus.ts";
import { createPeers } from "./clients.ts";
import { chassisConfig, Env } from "./config.ts";
import { followEndedSessions, lookMs } from "./ended-sessions.ts";
import { fact } from "./fact.ts";
import { createLog } from "./log.ts";

const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-ended-"));
const log = createLog("test", "silent");
let infra: Infra<"nats">;
let auth: StandIn;
let bus: Bus;
let peers: ReturnType<typeof createPeers>;
let stop: () => Promise<void>;

// What auth has to tell, with the moment of each end; and what it was asked.
let told: [sessionId: string, endedAt: number][] = [];
let asked: ListEndedSessionsRequest[] = [];
let failure: Code | undefined;

beforeAll(async () => {
  infra = await startInfra({ dir, fsync: false }, ["nats"]);
  auth = await standIn(AuthService, {
    listEndedSessions(request) {
      asked.push(request);
      if (failure) throw new ConnectError("away", failure);
      const from = Number(request.pageToken);
      const sessions = told.slice(from, from + 2).map(([sessionId, at]) => ({ sessionId, endedAt: timestampFromMs(at) }));
      return { sessions, nextPageToken: from + 2 < told.length ? String(from + 2) : "" };
    },
  });
});
beforeEach(() => {
  [told, asked, failure] = [[], [], undefined];
});
afterEach(async () => {
  await stop?.();
  peers.close();
  await bus.nc.close();
});
afterAll(async () => {
  await auth?.stop();
  await infra?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function follow() {
  const env = { DATABASE_URL: "postgres://x/y", NATS_URL: infra.nats.url, AUTH_URL: auth.url };
  const config = chassisConfig(new Env(env), "users");
  bus = await openBus(config, log);
  peers = createPeers(config);
  const ended = followEndedSessions(peers.client(AuthService), bus, log);
  stop = () => ended.stop();
  return ended;
}

async function publishEnd(sessionId: string): Promise<void> {
  const { subject, payload } = fact(SessionEndedSchema, "account", { sessionId });
  bus.nc.publish(subject, payload);
  await bus.nc.flush();
}

describe("a replica", () => {
  test("learns at its start what ended before, page by page, but for what is older than any token", async () => {
    const now = Date.now();
    told = [["old", now - 3_600_001], ["a", now - 3_000_000], ["b", now], ["c", now], ["d", now]]; // prettier-ignore
    const ended = await follow();
    expect(await Promise.all(["a", "b", "c", "d", "old", "goes on"].map((id) => ended.has(id)))).toEqual([true, true, true, true, false, false]); // prettier-ignore
    expect(asked[0]).toMatchObject({ pageSize: 10_000, pageToken: "" });
    expect(asked[0]!.endedAfter).toBeUndefined();
  });

  test("hears of each further end, and asks nobody for it", async () => {
    const ended = await follow();
    await ended.has("a");
    await until(() => asked.length >= 1);
    await publishEnd("a");
    await until(() => ended.has("a"));
    expect(await ended.has("b")).toBe(false);
    expect(asked.length).toBeLessThanOrEqual(2); // for the first caller and at the start
  });

  test("says unavailable while auth has not answered once, and does so at the first answer", async () => {
    failure = Code.Unavailable;
    const ended = await follow();
    await expect(ended.has("a")).rejects.toMatchObject({ reason: "unavailable", code: Code.Unavailable });
    failure = Code.PermissionDenied; // ours is no fault of the caller's
    await expect(ended.has("a")).rejects.toMatchObject({ reason: "unavailable", code: Code.Unavailable });
    [failure, told] = [undefined, [["a", Date.now()]]];
    expect(await ended.has("a")).toBe(true);
  });

  test("asks auth again and again while the broker is away, and for what it missed when it is back", async () => {
    const ended = await follow();
    expect(await ended.has("a")).toBe(false);
    await infra.nats.kill();
    told = [["a", Date.now()]];
    await until(() => ended.has("a"));
    asked = [];
    await until(() => asked.length >= 3);
    expect(asked[0]!.endedAfter).toBeDefined(); // not all of it
    expect(lookMs).toBeLessThanOrEqual(1_000); // ends are promised to travel within 2 s
    await infra.nats.restart();
    await until(() => publishEnd("b").then(() => ended.has("b")));
    told.push(["c", Date.now()]);
    await bus.nc.reconnect(); // shorter than the look around
    await until(() => ended.has("c"));
  });

  test("whose connection is open and dead asks auth, too", async () => {
    const ended = await follow();
    expect(await ended.has("a")).toBe(false);
    process.kill(infra.nats.pid, "SIGSTOP");
    try {
      told = [["a", Date.now()]];
      await until(() => ended.has("a"));
    } finally {
      process.kill(infra.nats.pid, "SIGCONT");
    }
  });

  test("keeps the last 100,000", async () => {
    const ended = await follow();
    await ended.has("first");
    for (let n = 0; n <= 100_000; n++) {
      const { subject, payload } = fact(SessionEndedSchema, "account", { sessionId: String(n) });
      bus.nc.publish(subject, payload);
      if (n % 1_000 === 0) await bus.nc.flush();
    }
    await until(() => ended.has("100000"));
    expect([await ended.has("0"), await ended.has("1")]).toEqual([false, true]);
  });
});
