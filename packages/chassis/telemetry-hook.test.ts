import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "@jest/globals";

test("SIGTERM ends a process whose modules are still being loaded, with 143", () => {
  const hook = path.join(import.meta.dirname, "telemetry-hook.ts");
  const loading = 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 60_000)';
  const { status, signal } = spawnSync(process.execPath, ["--import", hook, "--input-type=module", "--eval", loading]);
  // Without a handler it would be the signal's default action, which process 1 of a container does not have.
  expect([status, signal]).toEqual([143, null]);
});
