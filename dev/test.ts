import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { runChecks } from "./checks.ts";
import { slowest, type FileResult } from "./slowest.ts";

// The checks that need no server, then all tests on real ones. `npm test -- booking` runs the test files that match; what follows from the
// first flag on is Jest's: `npm test -- booking -t "a name"`.
const root = path.resolve(import.meta.dirname, "..");
const asked = process.argv.slice(2);
const firstFlag = asked.findIndex((argument) => argument.startsWith("-"));
const [patterns, flags] = firstFlag < 0 ? [asked, []] : [asked.slice(0, firstFlag), asked.slice(firstFlag)];
const report = path.join(root, ".lacio/test-report.json");

const checks = asked.length === 0 ? await runChecks() : { passed: 0, failed: 0 };
const tests = runTests(filesOf(patterns));
console.log(`\n${checks.passed + tests.passed} passed, ${checks.failed + tests.failed} failed`);
process.exit(checks.failed + tests.failed > 0 ? 1 : 0);

/** The files that share a system first: it ends before the others start systems of their own, and costs a tenth of a core even when idle. */
function runTests(files: string[]): { passed: number; failed: number } {
  if (files.length === 0) console.log(`No test file matches ${patterns.join(" ")}`);
  const { sharing = [], alone = [] } = Object.groupBy(files, (file) =>
    fs.readFileSync(file, "utf8").includes("sharedSystem(") ? "sharing" : "alone",
  );
  const runs = [];
  if (sharing.length > 0) runs.push(runJest(sharing, { LACIO_SHARED_SYSTEM: "yes" }));
  if (alone.length > 0) runs.push(runJest(alone));
  const results = runs.flatMap((run) => run.results);
  if (results.length > 1) console.log(`\n${slowest(results, root).join("\n")}`);
  const [passed, failed] = [sum(runs.map((run) => run.passed)), sum(runs.map((run) => run.failed))];
  return { passed, failed: passed + failed === 0 ? 1 : failed };
}

function runJest(files: string[], settings = {}): { passed: number; failed: number; results: FileResult[] } {
  fs.mkdirSync(path.dirname(report), { recursive: true });
  fs.rmSync(report, { force: true });
  const { status } = jest(
    ["--json", `--outputFile=${report}`, "--silent=false", ...flags, "--runTestsByPath", ...files],
    "ignore",
    settings,
  );
  if (!fs.existsSync(report)) return { passed: 0, failed: 1, results: [] }; // Jest did not start; its error is above
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(fs.readFileSync(report, "utf8")) as Report;
  // A run can fail without a failed test: when the shared system's logs contain personal data.
  const failed = numFailedTests + numRuntimeErrorTestSuites || (status === 0 ? 0 : 1);
  return { passed: numPassedTests, failed, results: testResults };
}

/** Without a pattern all but those in a folder `with-helm`, as Helm may have to be built: `npm test -- with-helm`. */
function filesOf(patterns: string[]): string[] {
  const files = JSON.parse(jest(["--listTests", "--json", ...patterns], "pipe").stdout.toString()) as string[];
  return patterns.length > 0 ? files : files.filter((file) => !file.includes("/with-helm/"));
}

// With --json Jest prints the report on stdout, too, which is dropped; its readable output goes to stderr.
function jest(args: string[], stdout: "ignore" | "pipe", settings = {}) {
  const colour = process.stdout.isTTY ? "1" : "0";
  const env = { ...process.env, ...settings, NODE_OPTIONS: "--experimental-vm-modules --no-warnings", FORCE_COLOR: colour };
  const command = ["node_modules/jest/bin/jest.js", ...args];
  return spawnSync(process.execPath, command, { cwd: root, env, stdio: ["ignore", stdout, "inherit"] });
}

function sum(numbers: number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  /** Files that failed before their first test, as when their own system does not start. */
  numRuntimeErrorTestSuites: number;
  testResults: FileResult[];
}
