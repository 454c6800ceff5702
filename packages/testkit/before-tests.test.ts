import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(root, ".lacio/test/before-tests");
fs.mkdirSync(folder, { recursive: true });
afterAll(() => fs.rmSync(folder, { recursive: true }));

test("a file whose system cannot start fails once, with the reason, and what did start is cleaned up", async () => {
  const file = path.join(folder, "broken.test.ts");
  fs.writeFileSync(
    file,
    `import { test } from "@jest/globals";
     import fs from "node:fs";
     import { beforeTests } from "@lacio/testkit/before-tests";
     import { startSystem } from "@lacio/testkit/system";
     await beforeTests(
       () => startSystem({ dir: "/dev/null/system", services: [] }),
       () => fs.writeFileSync(${JSON.stringify(path.join(folder, "cleaned-up"))}, ""),
     );
     test.each(Array.from({ length: 30 }, (_, i) => i))("%d", () => {});`,
  );
  const report = path.join(folder, "report.json");
  const { default: settings } = (await import(path.join(root, "jest.config.js"))) as { default: object };
  const changes = { rootDir: root, roots: [folder], modulePathIgnorePatterns: [], globalSetup: undefined, globalTeardown: undefined };
  const own = JSON.stringify({ ...settings, ...changes });
  const jest = path.join(root, "node_modules/jest/bin/jest.js");
  const run = spawnSync(process.execPath, [jest, "--config", own, "--json", `--outputFile=${report}`, "--runTestsByPath", file], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: "--experimental-vm-modules --no-warnings" },
  });
  const found = JSON.parse(fs.readFileSync(report, "utf8")) as Record<string, unknown>;
  expect(found).toMatchObject({ numRuntimeErrorTestSuites: 1, numTotalTests: 0, numFailedTestSuites: 1 });
  expect(run.stderr.toString()).toMatch(/ENOTDIR.*\/dev\/null\/system/);
  expect(fs.existsSync(path.join(folder, "cleaned-up"))).toBe(true);
});

test("every file with a system of its own starts it by beforeTests, not in beforeAll", () => {
  const files = fs.globSync("{packages,services,deploy,dev,stripe-sandbox,e2e,bench}/**/*.test.ts", {
    cwd: root,
    exclude: (name) => name === "node_modules",
  });
  const starting = /beforeAll\((?:(?!\n\}|\n\w)[^])*?\bstart(System|PaymentsSystem)\(/;
  expect(files.filter((file) => starting.test(fs.readFileSync(path.join(root, file), "utf8")))).toEqual([]);
});
