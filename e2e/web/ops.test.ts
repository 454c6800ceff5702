import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { serviceNames } from "@lacio/testkit/environment";
import { freePort } from "@lacio/testkit/processes/ports";
import { standIn, type StandIn } from "@lacio/testkit/stand-in";
import { buildWeb, webEnvironment } from "@lacio/testkit/system/web";
import { until } from "@lacio/testkit/testing";

// The web's process as a kubelet and Prometheus see it, from a folder that holds what its image does, and no packages. Staff is a stand-in that answers when the test says so; nobody else is there.

let web: ChildProcess;
let staff: StandIn;
let asked = false;
let answer: () => void;
let pages: string;
let ops: string;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-web-"));
const sources = path.join(import.meta.dirname, "../../web");

await beforeTests(
  async () => {
    await buildWeb();
    for (const part of ["build", "package.json"]) fs.cpSync(path.join(sources, part), path.join(folder, part), { recursive: true });
  },
  () => fs.rmSync(folder, { recursive: true }),
  300, // of the whole run the first file to ask for the pages builds them
);
afterEach(async () => {
  if (web?.exitCode === null && web.signalCode === null) {
    web.kill("SIGKILL");
    await once(web, "exit");
  }
  await staff?.stop();
});

function spawnWeb(env: Record<string, string>): void {
  web = spawn(process.execPath, ["build/index.js"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
}

async function startWeb(): Promise<void> {
  asked = false;
  const held = new Promise<void>((resolve) => (answer = resolve));
  staff = await standIn(StaffService, {
    async listServices() {
      asked = true;
      await held;
      return {};
    },
    listStaff: () => ({}),
  });
  const [port, opsPort] = [await freePort(), await freePort()];
  [pages, ops] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${opsPort}`];
  spawnWeb({
    ...webEnvironment(peersAt(serviceNames, staff.url), "https://localhost"),
    HOST: "127.0.0.1",
    PORT: String(port),
    OPS_PORT: String(opsPort),
    PROTOCOL_HEADER: "x-forwarded-proto",
    KEEP_ALIVE_TIMEOUT: "3900",
    RPC_DEADLINE_MS: "100000",
    CHECKOUT_ORIGINS: "", // as if it was not there
    SHUTDOWN_TIMEOUT: "600", // whatever holds the process back would do so longer than a test may take
  });
  await until(async () => (await fetch(`${ops}/readyz`)).ok, { timeoutMs: 60_000 });
}

const peersAt = (names: string[], url: string) => Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, url]));

const page = (at: string) => fetch(pages + at, { headers: { "x-forwarded-proto": "https" } });

test("the ops port tells life, readiness and metrics, and nothing else; pages are not served there, nor it among the pages", async () => {
  await startWeb();
  const get = (at: string) => fetch(ops + at);
  expect([(await get("/livez")).status, await (await get("/readyz")).json()]).toEqual([200, { ready: true, problems: [] }]);
  expect(await (await get("/metrics")).text()).toMatch(/^process_resident_memory_bytes \d/m);
  for (const at of ["/", "/entrar"]) expect((await get(at)).status).toBe(404);
  for (const at of ["/livez", "/metrics"]) expect((await page(at)).status).toBe(404);
  expect((await page("/entrar")).headers.get("content-security-policy")).toContain("form-action 'self' https://checkout.stripe.com");
});

test("requests are counted by route, method and class of status, never by what a stranger wrote", async () => {
  await startWeb();
  answer();
  for (const at of ["/reservar/written-a", "/en/reservar/written-b?written=c", "/entrar", "/written-d"]) await page(at);
  await fetch(`${pages}/entrar`, { method: "PROPFIND", headers: { "x-forwarded-proto": "https" } });
  const metrics = await (await fetch(`${ops}/metrics`)).text();
  const counted = (labels: string, count: number) => {
    expect(metrics).toContain(`lacio_web_requests_total{${labels}} ${count}\n`);
    expect(metrics).toContain(`lacio_web_request_duration_seconds_count{${labels}} ${count}\n`);
  };
  counted('route="/reservar/[service]",method="GET",status="4xx"', 2);
  counted('route="/entrar",method="GET",status="2xx"', 1);
  counted('route="none",method="GET",status="4xx"', 1);
  counted('route="/entrar",method="other",status="4xx"', 1);
  expect(metrics).not.toMatch(/written|PROPFIND/);
});

test("SIGTERM: not ready, no new connection; the running request is answered, then the process ends with 0", async () => {
  await startWeb();
  const gone = once(web, "close");
  const logged: Buffer[] = [];
  web.stdout!.on("data", (part: Buffer) => logged.push(part));
  await page("/entrar"); // its connection is kept, and rests
  const running = page("/sitemap.xml");
  await until(() => asked);
  web.kill("SIGTERM");
  const ready = await until(async () => {
    const seen = await fetch(`${ops}/readyz`);
    return seen.status === 503 && seen;
  });
  expect(await ready.json()).toEqual({ ready: false, problems: ["draining"] });
  await until(() =>
    page("/entrar").then(
      () => false,
      () => true,
    ),
  );
  expect((await fetch(`${ops}/livez`)).status).toBe(200);
  answer();
  const answered = await running;
  expect([answered.status, await answered.text()]).toEqual([200, expect.stringContaining("<urlset")]);
  expect(await gone).toEqual([0, null]);
  expect(Buffer.concat(logged).toString()).toMatch(/"draining"[^]*"stopped"/);
});

test("a wrong configuration ends it with 78, and every wrong variable is named; an empty one counts as missing", async () => {
  const peers = peersAt(
    serviceNames.filter((name) => name !== "auth"),
    "http://127.0.0.1:9",
  );
  const empty = { STAFF_URL: "", RPC_DEADLINE_MS: "", SALON_NAME: "" };
  expect(await ended({ ...webEnvironment(peers, "somewhere"), ...empty, OPS_PORT: "70000" })).toEqual({
    code: 78,
    wrong: ["AUTH_URL is missing", "OPS_PORT must be a whole number from 1 to 65535", "PUBLIC_URL is no URL", "STAFF_URL is missing"],
    logged: [],
  });
});

test("an ops port that is taken ends it with 1 and a line", async () => {
  await startWeb();
  const first = web;
  const env = webEnvironment(peersAt(serviceNames, staff.url), "https://localhost");
  const end = await ended({ ...env, HOST: "127.0.0.1", PORT: String(await freePort()), OPS_PORT: new URL(ops).port });
  web = first;
  expect(end).toEqual({ code: 1, wrong: [], logged: [expect.objectContaining({ level: "fatal", msg: "cannot start" })] });
  expect(JSON.stringify(end.logged)).toContain("EADDRINUSE");
});

/** Its exit code, the variables that it calls wrong, and its log. */
async function ended(env: Record<string, string>): Promise<{ code: number; wrong: string[]; logged: object[] }> {
  spawnWeb(env);
  const [written, said]: Buffer[][] = [[], []];
  web.stdout!.on("data", (part: Buffer) => written!.push(part));
  web.stderr!.on("data", (part: Buffer) => said!.push(part));
  const [code] = (await once(web, "close")) as [number];
  const lines = Buffer.concat(written!).toString().split("\n").filter(Boolean);
  const wrong =
    Buffer.concat(said!)
      .toString()
      .match(/(?<=- ).+/g) ?? [];
  return { code, wrong: wrong.toSorted(), logged: lines.map((line) => JSON.parse(line) as object) };
}
