import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { until } from "@lacio/testkit/testing/until";
import { startEdgeProcess, type EdgeProcess } from "./testing/process.ts";
import { fakeHttp, type FakeHttp } from "./testing/services.ts";

// /slow is answered when the test says so, everything else at once.
let answerSlow: (() => void) | undefined;
const web = http.createServer((request, response) => {
  if (request.url === "/slow") answerSlow = () => void response.end("at last");
  else response.end("at once");
});
let keys: FakeHttp;
beforeAll(async () => {
  await new Promise<void>((done) => web.listen(0, "127.0.0.1", done));
  keys = await fakeHttp(() => ({ keys: [] }));
});
afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await keys.stop();
});

let edge: EdgeProcess;
const start = async (env: Record<string, string> = {}) => {
  edge = await startEdgeProcess({ web: (web.address() as AddressInfo).port, keys: keys.port }, env);
  await edge.ready();
};
afterEach(() => edge.stop());

describe("SIGTERM", () => {
  beforeEach(() => (answerSlow = undefined));

  test("takes the edge out at once, answers new connections meanwhile, and ends with 0 when the last request is answered", async () => {
    await start();
    const slow = get("/slow");
    await until(() => answerSlow !== undefined);
    edge.signal("SIGTERM");
    await until(() => edge.logged().includes("requests still run"), { timeoutMs: 60_000 });
    expect([await edge.status("/readyz"), await edge.status("/livez")]).toEqual([503, 200]);
    expect(await get("/new")).toEqual({ status: 200, text: "at once", connection: "close" });
    answerSlow!();
    expect(await slow).toMatchObject({ status: 200, text: "at last" });
    expect(await edge.ended()).toBe("code 0");
  });

  test("is waited out for EDGE_DRAIN_SECONDS also without a request: who still sends new ones has to learn of it first", async () => {
    await start({ EDGE_DRAIN_SECONDS: "600" });
    edge.signal("SIGTERM");
    await until(async () => (await edge.status("/readyz")) === 503, { timeoutMs: 60_000 });
    expect(await get("/new")).toEqual({ status: 200, text: "at once", connection: "close" });
    edge.signal("SIGTERM"); // the second one ends it at once
    expect(await edge.ended()).toBe("code 137");
  });

  test("before Envoy runs ends it at once, also while it is loaded", async () => {
    // Sends the signal in the moment in which it begins to be handled.
    const early = `process.on("newListener", (name) => name === "SIGTERM" && process.kill(process.pid, "SIGTERM"));`;
    await start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(early)}` });
    expect([await edge.ended(), edge.logged()]).toEqual(["code 0", ""]);
  });
});

test("Envoy's end is the process's", async () => {
  await start();
  process.kill(edge.envoy(), "SIGKILL");
  expect(await edge.ended()).toBe("code 137");
  expect(edge.logged()).toContain("Envoy ended by itself (SIGKILL)");
});

describe("what is wrong ends it with 78 and is named:", () => {
  test("every variable", async () => {
    await start({ EDGE_PORT: "tcp://10.0.0.7:8443", BOOKING_URL: "booking:8080", EDGE_DRAIN_SECONDS: "soon" });
    expect(await edge.ended()).toBe("code 78");
    for (const name of ["EDGE_PORT", "BOOKING_URL", "EDGE_DRAIN_SECONDS"]) expect(edge.logged()).toContain(`- ${name} must be`);
  });

  test.each([
    ["CERT_DIR", "/nowhere"],
    ["ENVOY_BINARY", "no-such-envoy"],
  ])("%s", async (name, value) => {
    await start({ [name]: value });
    expect(await edge.ended()).toBe("code 78");
    expect(edge.logged()).toMatch(new RegExp(`^edge: ${name}: .*${value}`));
  });
});

test("a renewed Secret is served without a restart", async () => {
  await start();
  expect(await certificate()).toBe("localhost");
  for (const name of ["renewed", "renewed again"]) {
    await edge.renew(name);
    await until(async () => (await certificate()) === name, { timeoutMs: 60_000 });
  }
});

/** By a connection of its own, which could be kept. */
async function get(path: string): Promise<{ status?: number; text: string; connection?: string }> {
  const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
  const request = https.get({ host: "127.0.0.1", port: edge.port, path, agent });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const { statusCode: status, headers } = response;
  const answer = { status, text: await text(response), connection: headers.connection };
  agent.destroy();
  return answer;
}

function certificate(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port: edge.port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
