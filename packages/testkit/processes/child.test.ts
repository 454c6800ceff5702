import { afterAll, afterEach, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startChild, type ChildOptions } from "./child.ts";
import { endLeftovers, starterOf } from "./leftovers.ts";
import { freePort } from "./ports.ts";
import { until } from "../testing/until.ts";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "lacio-child-"));
const server = path.join(dir, "server.mjs");
fs.writeFileSync(
  server,
  'import http from "node:http"; http.createServer((_, answer) => answer.end(process.env.WORD ?? "hello")).listen(Number(process.env.PORT), "127.0.0.1");',
);

afterAll(() => fs.rmSync(dir, { recursive: true }));

afterEach(async () => {
  await endLeftovers(dir);
});

test("a killed process is gone until it is started again, on the same port and with the extra variables", async () => {
  const { child, said } = await startServer();
  const first = child.pid;
  await child.kill("SIGKILL");
  expect(isAlive(first)).toBe(false);
  expect(child.running).toBe(false);
  await child.restart({ WORD: "again" });
  expect(child.pid).not.toBe(first);
  expect(await said()).toBe("again");
  await child.stop();
  expect(isAlive(child.pid)).toBe(false);
});

test("a supervised process comes back by itself, and not after stop", async () => {
  const told: string[] = [];
  const pids: number[] = [];
  const { child, said } = await startServer({ supervise: { warn: (line) => told.push(line), restarted: () => pids.push(child.pid) } });
  const first = child.pid;
  await child.kill("SIGKILL");
  await until(async () => child.pid !== first && (await said()) === "hello");
  expect(told).toEqual([expect.stringContaining("SIGKILL")]);
  const second = child.pid;
  expect(pids).toEqual([second]);
  await child.stop();
  expect(isAlive(second)).toBe(false);
  expect(child.pid).toBe(second);
});

test("a process that ends while starting fails with the end of its log", async () => {
  const broken = {
    name: "broken",
    dir,
    command: process.execPath,
    args: ["-e", "console.error('DATABASE_URL is missing'); process.exit(78)"],
  };
  await expect(startChild({ ...broken, ready: () => Promise.reject(new Error("not yet")) })).rejects.toThrow(
    /broken ended \(code 78\) while starting[^]*DATABASE_URL is missing/,
  );
});

test("a probe that gets no answer times out, and the next one succeeds", async () => {
  const port = await freePort();
  const silentOnce = `let asked = 0; http.createServer((_, answer) => asked++ > 0 && answer.end("ok"))`;
  const script = `import http from "node:http"; ${silentOnce}.listen(${port}, "127.0.0.1")`;
  const ready = async () => (await fetch(`http://127.0.0.1:${port}`)).ok;
  const args = ["--input-type=module", "-e", script];
  const child = await startChild({ name: "silent", command: process.execPath, args, dir, ready, probeSeconds: 0.2, startSeconds: 20 });
  await child.stop();
});

test("a program that does not exist is an error, not a crash", async () => {
  await expect(startChild({ name: "nothing", dir, command: "/no/such/program", args: [], ready: async () => true })).rejects.toThrow(
    "ENOENT",
  );
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s to the starter leaves no process behind", async (signal) => {
  const { starter, pid } = await startStarter();
  starter.kill(signal);
  await once(starter, "exit");
  await until(() => !isAlive(pid));
});

test("an uncaught error of the starter leaves no process behind", async () => {
  const { starter, pid } = await startStarter("setTimeout(() => { throw new Error('bug'); });");
  if (starter.exitCode === null) await once(starter, "exit");
  await until(() => !isAlive(pid));
});

test("the orphans of a killed starter are ended by the next start; a process that reuses a pid is not", async () => {
  const { starter, pid } = await startStarter();
  expect(starterOf(dir)).toBe(starter.pid);
  starter.kill("SIGKILL");
  await once(starter, "exit");
  expect(isAlive(pid)).toBe(true);
  expect(starterOf(dir)).toBeUndefined();

  const record = path.join(dir, "pids", "served.json");
  const stranger = { ...(JSON.parse(fs.readFileSync(record, "utf8")) as object), pid: process.pid };
  fs.writeFileSync(path.join(dir, "pids", "stranger.json"), JSON.stringify(stranger));
  expect(await endLeftovers(dir)).toBe(1);
  await until(() => !isAlive(pid)); // its new parent, init, has to reap it
});

async function startServer(more: Partial<ChildOptions> = {}) {
  const port = await freePort();
  const said = async () => (await fetch(`http://127.0.0.1:${port}`)).text();
  const ready = async () => (await said()) !== "";
  const child = await startChild({
    name: "served",
    command: process.execPath,
    args: [server],
    env: { ...process.env, PORT: String(port) },
    dir,
    ready,
    ...more,
  });
  return { child, said };
}

/** Another process that starts the server, as `npm start` would. */
async function startStarter(afterwards = "") {
  const port = await freePort();
  const script = path.join(dir, "starter.mjs");
  const options = `{ name: "served", command: process.execPath, args: [${JSON.stringify(server)}], env: { ...process.env, PORT: "${port}" }, dir: ${JSON.stringify(dir)}`;
  fs.writeFileSync(
    script,
    `import { startChild } from ${JSON.stringify(path.join(import.meta.dirname, "child.ts"))};
     const child = await startChild(${options}, ready: async () => (await fetch("http://127.0.0.1:${port}")).ok });
     process.stdout.write(String(child.pid));
     ${afterwards}`,
  );
  const starter = spawn(process.execPath, [script], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const [pid] = (await once(starter.stdout, "data")) as [Buffer];
  return { starter, pid: Number(pid) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
