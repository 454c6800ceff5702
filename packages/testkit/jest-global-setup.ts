import fs from "node:fs";
import path from "node:path";
import type { System } from "./system.ts";
import { startSystem } from "./system.ts";

/** Starts one system for all test files of this run, if dev/test.ts says that they share one. */
export default async function setUp() {
  process.env.LACIO_PEOPLE_IN_LOGS = "refused"; // every system checks its logs for personal data when it stops
  // Tests register many accounts on a busy machine: their hashes may wait long. The tests of the hash queue set their own limit.
  process.env.HASH_WAIT_MAX_MS ??= "60000";
  // One process per service wakes its own relay; the poll is for the facts of replicas, and would be half of what an idle system costs.
  process.env.OUTBOX_POLL_MS ??= "1000";
  if (!process.env.LACIO_SHARED_SYSTEM) return;
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

declare global {
  var lacioSystem: System | undefined;
}
