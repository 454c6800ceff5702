import fs from "node:fs";
import path from "node:path";
import type { System } from "./system.ts";
import { startSystem } from "./system.ts";

/** Starts one system for all test files that ask for it. A run of files that don't ask starts none. */
export default async function setUp({ rootDir, nonFlagArgs }: { rootDir: string; nonFlagArgs: string[] }) {
  process.env.LACIO_PEOPLE_IN_LOGS = "refused"; // every system checks its logs for personal data when it stops
  // Tests register many accounts on a busy machine: their hashes may wait long. The tests of the hash queue set their own limit.
  process.env.HASH_WAIT_MAX_MS ??= "60000";
  // One process per service wakes its own relay; the poll is for the facts of replicas, and would be half of what an idle system costs.
  process.env.OUTBOX_POLL_MS ??= "1000";
  if (!asksForSystem(rootDir, nonFlagArgs)) return;
  const system = await startSystem({
    fsync: false,
    supervise: {},
    web: true,
    edge: { loginsPerMinute: 10_000, accountCallsPerMinute: 10_000, accountFormsPerMinute: 10_000 },
  });
  const { dir, urls, databaseUrls, certificate, admin } = system;
  const file = path.join(dir, "system.json");
  fs.writeFileSync(file, JSON.stringify({ dir, urls, databaseUrls, certificate, admin }), { mode: 0o600 });
  process.env.LACIO_TEST_SYSTEM = file;
  globalThis.lacioSystem = system;
}

function asksForSystem(rootDir: string, patterns: string[]): boolean {
  const files = fs.globSync("{packages,services,deploy,dev,stripe-sandbox,e2e,bench}/**/*.test.ts", {
    cwd: rootDir,
    exclude: (name) => name.includes("node_modules"),
  });
  const selected = files.filter(
    (file) => patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern, "i").test(path.join(rootDir, file))),
  );
  return selected.some((file) => fs.readFileSync(path.join(rootDir, file), "utf8").includes("sharedSystem("));
}

declare global {
  var lacioSystem: System | undefined;
}
