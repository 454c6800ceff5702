import { existsSync, readFileSync } from "node:fs";

// Named places where a test may end the process, as an accident would. LACIO_FAILPOINTS="outbox.after_publish=kill,mail.after_accept=throw"
// arms a process when it starts; the file that LACIO_FAILPOINTS_FILE names, for as long as it says the same, one that runs.
const modes = parsed(process.env.LACIO_FAILPOINTS ?? "");
const file = process.env.LACIO_FAILPOINTS_FILE;

/** Does nothing unless the environment arms `name`. "kill" ends this process like kill -9; "throw" fails once, then passes. */
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
