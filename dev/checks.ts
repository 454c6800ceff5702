import { spawnSync } from "node:child_process";

/** What needs no server: types, lint, format, contracts. Every check runs, so that one run shows everything. */
export function runChecks(): { passed: number; failed: number } {
  const checks: [name: string, command: string, ...args: string[]][] = [
    ["types", "tsc", "--noEmit", "-p", "tsconfig.json"],
    ["types of the web", "npm", "run", "--silent", "check", "--workspace", "web"],
    ["lint", "eslint", "."],
    ["format", "prettier", "--check", "--log-level", "warn", "."],
    ["contracts: lint", "buf", "lint"],
    ["contracts: format", "buf", "format", "--diff", "--exit-code", "--path", "proto/lacio"],
  ];
  if (published()) checks.push(["contracts: nothing breaks", "buf", "breaking", "--against", ".git#ref=refs/remotes/origin/main"]);
  const failed = checks.filter((check) => !passes(...check)).length;
  return { passed: checks.length - failed, failed };
}

function passes(name: string, command: string, ...args: string[]): boolean {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  console.log(`${status === 0 ? "✓" : "✗"} ${name}`);
  if (status !== 0) console.log(`${stdout}${stderr}`.trimEnd());
  return status === 0;
}

// Breaking changes are relative to origin/main; a clone without it has no baseline.
function published(): boolean {
  return spawnSync("git", ["rev-parse", "--verify", "--quiet", "refs/remotes/origin/main:buf.yaml"]).status === 0;
}
