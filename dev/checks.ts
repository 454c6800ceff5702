import { execFile, spawnSync } from "node:child_process";

type Check = [name: string, command: string, ...args: string[]];

/** What needs no server: types, lint, format, contracts. Every check runs, so that one run shows everything; two at a time, the longest first. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  const checks: Check[] = [
    ["lint", "eslint", "."],
    ["types", "tsc", "--noEmit", "-p", "tsconfig.json"],
    ["types of the web", "npm", "run", "--silent", "check", "--workspace", "web"],
    ["format", "prettier", "--check", "--log-level", "warn", "."],
    ["contracts: lint", "buf", "lint"],
    ["contracts: format", "buf", "format", "--diff", "--exit-code", "--path", "proto/lacio"],
  ];
  if (published()) checks.push(["contracts: nothing breaks", "buf", "breaking", "--against", ".git#ref=refs/remotes/origin/main"]);
  const left = checks.values();
  let failed = 0;
  const lane = async () => {
    for (const check of left) if (!(await passes(...check))) failed++;
  };
  await Promise.all([lane(), lane()]);
  return { passed: checks.length - failed, failed };
}

async function passes(...[name, command, ...args]: Check): Promise<boolean> {
  const [failed, output] = await new Promise<[boolean, string]>((resolve) =>
    execFile(command, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => resolve([error !== null, stdout + stderr])),
  );
  console.log(`${failed ? "✗" : "✓"} ${name}`);
  if (failed) console.log(output.trimEnd());
  return !failed;
}

// Breaking changes are relative to origin/main; a clone without it has no baseline.
function published(): boolean {
  return spawnSync("git", ["rev-parse", "--verify", "--quiet", "refs/remotes/origin/main:buf.yaml"]).status === 0;
}
