import { expect, jest, test } from "@jest/globals";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort, reserve } from "./ports.ts";

const ports = path.join(import.meta.dirname, "ports.ts");
const tries = (port: number) => `const { reserve } = await import(${JSON.stringify(ports)}); console.log(reserve(${port}));`;
const inAnother = (port: number) => execFileSync(process.execPath, ["-e", tries(port)], { encoding: "utf8" }).trim();

test("a port that is given is reserved, also while nothing listens on it", async () => {
  expect(inAnother(await freePort())).toBe("false");
});

test("a reservation ends with its process, also by SIGKILL", async () => {
  const port = 9_901; // outside the range from which ports are given
  expect(inAnother(port)).toBe("true");
  const other = spawn(process.execPath, ["-e", `${tries(port)} setInterval(() => {}, 1_000);`], { stdio: ["ignore", "pipe", "inherit"] });
  await once(other.stdout, "data");
  expect(reserve(port)).toBe(false);
  other.kill("SIGKILL");
  await once(other, "exit");
  expect(reserve(port)).toBe(true);
});

test("a reservation of a killed process is stale also when its pid is another process's now", () => {
  const port = 9_902;
  const file = path.join(os.tmpdir(), `lacio-ports-${process.getuid?.()}`, String(port));
  expect(reserve(port)).toBe(true);
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/ \d+/, " 1"));
  expect(inAnother(port)).toBe("true");
});

test("a port that is given can be called by fetch, which refuses 10080 and many below", async () => {
  jest.spyOn(Math, "random").mockReturnValue(0);
  const port = await freePort();
  jest.restoreAllMocks();
  expect(port).toBeGreaterThan(10_080);
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
});
