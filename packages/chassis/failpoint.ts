// Named places where a test may end the process, as an accident would. LACIO_FAILPOINTS="outbox.after_publish=kill,mail.after_accept=throw".
const modes = new Map(
  (process.env.LACIO_FAILPOINTS ?? "")
    .split(",")
    .filter(Boolean)
    .map((entry) => entry.split("=") as [string, string]),
);

/** Does nothing unless the environment arms `name`. "kill" ends this process like kill -9; "throw" fails once, then passes. */
export function failpoint(name: string): void {
  const mode = modes.get(name);
  if (mode === "kill") process.kill(process.pid, "SIGKILL");
  if (mode !== "throw") return;
  modes.delete(name);
  throw new Error(`failpoint ${name}`);
}
