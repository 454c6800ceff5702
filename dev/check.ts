import { spawnSync } from "node:child_process";

// What needs no server: types, lint, format, contracts. Every check runs, so that one run shows everything.
const checks: [name: string, command: string, ...args: string[]][] = [
  ["types", "tsc", "--noEmit", "-p", "tsconfig.json"],
  ["lint", "eslint", "."],
  ["format", "prettier", "--check", "--log-level", "warn", "."],
  ["contracts: lint", "buf", "lint"],
  ["contracts: format", "buf", "format", "--diff", "--exit-code", "--path", "proto/lacio"],
];
if (baseline()) checks.push(["contracts: nothing breaks", "buf", "breaking", "--against", ".git#branch=origin/main"]);

let failed = 0;
for (const [name, command, ...args] of checks) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  console.log(`${status === 0 ? "✓" : "✗"} ${name}`);
  if (status === 0) continue;
  failed++;
  console.log(`${stdout}${stderr}`.trimEnd());
}
process.exit(failed ? 1 : 0);

// Contracts are compared with what is published; a clone without a remote has nothing to compare with.
function baseline(): boolean {
  return spawnSync("git", ["rev-parse", "--verify", "--quiet", "origin/main:buf.yaml"]).status === 0;
}
