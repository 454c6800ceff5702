import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { runChecks } from "./checks.ts";
import { slowest, type FileResult } from "./slowest.ts";

// The checks that need no server, then all tests on real ones. `npm test -- booking` runs the test files that match.
const root = path.resolve(import.meta.dirname, "..");
const patterns = process.argv.slice(2);
const report = path.join(root, ".lacio/test-report.json");

const checks = patterns.length === 0 ? runChecks() : { passed: 0, failed: 0 };
const tests = runJest();
console.log(`\n${checks.passed + tests.passed} passed, ${checks.failed + tests.failed} failed`);
process.exit(checks.failed + tests.failed > 0 ? 1 : 0);

function runJest(): { passed: number; failed: number } {
  fs.mkdirSync(path.dirname(report), { recursive: true });
  fs.rmSync(report, { force: true });
  const args = ["node_modules/jest/bin/jest.js", "--json", `--outputFile=${report}`, "--silent=false", ...patterns];
  const env = { ...process.env, NODE_OPTIONS: "--experimental-vm-modules --no-warnings", FORCE_COLOR: process.stdout.isTTY ? "1" : "0" };
  // With --json Jest prints the report on stdout, too, which is dropped; its readable output goes to stderr.
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  if (!fs.existsSync(report)) return { passed: 0, failed: 1 }; // Jest did not start; its error is above
  const results = JSON.parse(fs.readFileSync(report, "utf8")) as Report;
  // A run can fail without a failed test: when the shared system's logs contain personal data.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites || (status === 0 ? 0 : 1);
  if (results.testResults.length > 1) console.log(`\n${slowest(results.testResults, root).join("\n")}`);
  return { passed: results.numPassedTests, failed: results.numPassedTests + failed === 0 ? 1 : failed };
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  /** Files that failed before their first test, as when their own system does not start. */
  numRuntimeErrorTestSuites: number;
  testResults: FileResult[];
}
