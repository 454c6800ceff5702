import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { Account } from "@lacio/testkit/environment";
import type { SystemDescription } from "@lacio/testkit/system";

const program = path.join(import.meta.dirname, "seed/main.ts");

/** Seeds in a child process, so that the starter does not keep the clients of all services in memory for as long as it runs. */
export async function seedApart(system: SystemDescription): Promise<Account[]> {
  const running = promisify(execFile)(process.execPath, [program]);
  running.child.stdin!.end(JSON.stringify(system));
  return JSON.parse((await running).stdout) as Account[];
}
