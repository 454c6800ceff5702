import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { AuthService, type ListEndedSessionsRequest } from "@lacio/proto/auth/v1/auth_service";
import { standIn, type StandIn } from "@lacio/testkit/stand-in";
import { until } from "@lacio/testkit/testing/until";
import { createPeers } from "./clients.ts";
import { chassisConfig, Env } from "./config.ts";
import { followEndedSessions } from "./ended-sessions.ts";
import { createLog } from "./log.ts";

const log = createLog("test", "silent");
let auth: StandIn;
let peers: ReturnType<typeof createPeers>;
let stop: () => Promise<void>;

// What auth has to tell, with the moment of each end; and what it was asked.
let told: [sessionId: string, endedAt: number][] = [];
let asked: ListEndedSessionsRequest[] = [];
let failure: Code | undefined;

beforeAll(async () => {
  auth = await standIn(AuthService, {
    listEndedSessions(request) {
      asked.push(request);
      if (failure) throw new ConnectError("away", failure);
      const [from, page] = [Number(request.pageToken), told.length > 10 ? 10_000 : 2];
      const sessions = told.slice(from, from + page).map(([sessionId, at]) => ({ sessionId, endedAt: timestampFromMs(at) }));
      return { sessions, nextPageToken: from + page < told.length ? String(from + page) : "" };
    },
  });
});
beforeEach(() => {
  [told, asked, failure] = [[], [], undefined];
});
afterEach(async () => {
  await stop?.();
  peers.close();
});
afterAll(() => auth?.stop());

function follow() {
  const env = { DATABASE_URL: "postgres://x/y", NATS_URL: "nats://127.0.0.1:1", AUTH_URL: auth.url };
  peers = createPeers(chassisConfig(new Env(env), "users"));
  const ended = followEndedSessions(peers.client(AuthService), log, 50);
  stop = () => ended.stop();
  return ended;
}

describe("a replica", () => {
  test("learns at its start what ended before, page by page, but for what is older than any token", async () => {
    const now = Date.now();
    told = [["old", now - 3_600_001], ["a", now - 3_000_000], ["b", now], ["c", now], ["d", now]]; // prettier-ignore
    const ended = follow();
    expect(await Promise.all(["a", "b", "c", "d", "old", "goes on"].map((id) => ended.has(id)))).toEqual([true, true, true, true, false, false]); // prettier-ignore
    expect(asked[0]).toMatchObject({ pageSize: 10_000, pageToken: "" });
    expect(asked[0]!.endedAfter).toBeUndefined();
  });

  test("hears of each further end, of what ended lately alone, also after auth was away", async () => {
    const ended = follow();
    expect(await ended.has("a")).toBe(false);
    told = [["a", Date.now()]];
    await until(() => ended.has("a"));
    expect(asked.at(-1)!.endedAfter).toBeDefined();
    failure = Code.Unavailable;
    asked = [];
    await until(() => asked.length > 0);
    expect([await ended.has("a"), await ended.has("b")]).toEqual([true, false]); // nothing can end there meanwhile
    [failure, told] = [undefined, [["b", Date.now()]]];
    await until(() => ended.has("b"));
  });

  test("says unavailable while auth has not answered once, and does so at the first answer", async () => {
    failure = Code.Unavailable;
    const ended = follow();
    await expect(ended.has("a")).rejects.toMatchObject({ reason: "unavailable", code: Code.Unavailable });
    failure = Code.PermissionDenied; // ours is no fault of the caller's
    await expect(ended.has("a")).rejects.toMatchObject({ reason: "unavailable", code: Code.Unavailable });
    [failure, told] = [undefined, [["a", Date.now()]]];
    await until(async () => (await ended.has("a").catch(() => false)) === true);
  });

  test("keeps the last 100,000", async () => {
    told = Array.from({ length: 100_001 }, (_, n) => [String(n), Date.now()]);
    const ended = follow();
    expect([await ended.has("0"), await ended.has("1"), await ended.has("100000")]).toEqual([false, true, true]);
  });
});
