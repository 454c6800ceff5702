import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { StaffService } from "@lacio/proto/staff/v1/staff_service";
import { beforeTests } from "@lacio/testkit/before-tests";
import { serviceNames } from "@lacio/testkit/environment";
import { freePort } from "@lacio/testkit/processes/ports";
import { standIn, type StandIn } from "@lacio/testkit/stand-in";
import { buildWeb, webEnvironment } from "@lacio/testkit/system/web";
import { until } from "@lacio/testkit/testing";

// The web's process as a kubelet and Prometheus see it. Staff is a stand-in that answers when the test says so; nobody else is there.

let web: ChildProcess;
let staff: StandIn;
let asked = false;
let answer: () => void;
let pages: string;
let ops: string;

await beforeTests(buildWeb, () => {}, 300); // of the whole run the first file to ask for the pages builds them
afterEach(async () => {
  if (web?.exitCode === null && web.signalCode === null) {
    web.kill("SIGKILL");
    await once(web, "exit");
  }
  await staff?.stop();
});

function spawnWeb(env: Record<string, string>): void {
  const built = path.join(import.meta.dirname, "../../web/build/index.js");
  web = spawn(process.execPath, [built], { env, stdio: ["ignore", "pipe", "pipe"] });
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

test("a wrong configuration ends it with 78, and every wrong variable is named", async () => {
  const peers = peersAt(
    serviceNames.filter((name) => name !== "auth"),
    "http://127.0.0.1:9",
  );
  spawnWeb({ ...webEnvironment(peers, "somewhere"), OPS_PORT: "70000", RPC_DEADLINE_MS: "soon" });
  const said: Buffer[] = [];
  web.stderr!.on("data", (part: Buffer) => said.push(part));
  const [code] = (await once(web, "close")) as [number];
  const wrong = Buffer.concat(said)
    .toString()
    .match(/(?<=- )\S+/g);
  expect([code, wrong?.toSorted()]).toEqual([78, ["AUTH_URL", "OPS_PORT", "PUBLIC_URL", "RPC_DEADLINE_MS"]]);
});
