import { existsSync, readFileSync } from "node:fs";

// Fault injection: named places where a test kills the process or makes it throw. LACIO_FAILPOINTS="outbox.after_publish=kill,…=throw" is
// read at the start; the file that LACIO_FAILPOINTS_FILE names is read at every failpoint, to arm a process that runs.
const modes = parsed(process.env.LACIO_FAILPOINTS ?? "");
const file = process.env.LACIO_FAILPOINTS_FILE;

/** Does nothing unless the environment arms `name`: "kill" ends this process by SIGKILL. @throws with "throw", once per process. */
export function failpoint(name: string): void {
  const mode = modes.get(name) ?? (file && existsSync(file) ? parsed(readFileSync(file, "utf8")).get(name) : undefined);
  if (mode === "kill") process.kill(process.pid, "SIGKILL");
  if (mode !== "throw") return;
  modes.set(name, "passed");
  throw new Error(`failpoint ${name}`);
}

function parsed(list: string): Map<string, string> {
  const entries = list.split(",").filter(Boolean);
  return new Map(entries.map((entry) => entry.split("=") as [string, string]));
}
