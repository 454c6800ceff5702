import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "@jest/globals";

// kubectl is a script here that writes down what it is asked, and knows one namespace.
const folder = mkdtempSync(path.join(os.tmpdir(), "lacio-smoke-test-"));
const asked = path.join(folder, "asked");
afterAll(() => rmSync(folder, { recursive: true }));

function smoke(namespace: object | undefined, args: string[]) {
  const answer = namespace ? JSON.stringify(namespace) : "";
  const lines = [
    "#!/bin/sh",
    `echo "$*" >> ${asked}`,
    `case "$*" in *"get namespace"*) echo '${answer}';; *) echo "no cluster" >&2; exit 1;; esac`,
  ];
  writeFileSync(path.join(folder, "kubectl"), `${lines.join("\n")}\n`, { mode: 0o755 });
  writeFileSync(asked, "");
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  return spawnSync(process.execPath, [path.join(import.meta.dirname, "main.ts"), ...args], { env, encoding: "utf8" });
}

test("a namespace that smoke did not make is left alone", () => {
  const { status, stderr } = smoke({ metadata: { name: "salon", labels: {} } }, ["--namespace", "salon"]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("The namespace salon was not made by smoke")]);
  expect(readFileSync(asked, "utf8").trim().split("\n")).toEqual(["--namespace salon get namespace salon --ignore-not-found -o json"]);
});

test("a stage that nobody knows is refused, with those that there are", () => {
  const { status, stderr } = smoke(undefined, ["--only", "install,instal"]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("There is no stage instal; there are manifests, install, memory")]);
});

test("a failed check says why and what is wrong in the cluster, counts, and the next stage goes on", () => {
  const { status, stdout } = smoke(undefined, ["--only", "install,uninstall", "--keep"]);
  expect(stdout).toMatch(/^not ok +install could be tried to its end \(\d+\.\d s\)\n +kubectl delete namespace lacio-smoke.*no cluster/m);
  expect(stdout).toContain("not ok  uninstall could be tried to its end");
  expect(stdout.trim().split("\n").at(-1)).toBe("0 passed, 2 failed");
  expect(status).toBe(1);
});
