import fs from "node:fs";

const ticksPerSecond = 100; // USER_HZ: the unit of /proc on Linux, independent of the kernel's own HZ

/** CPU seconds used so far by a process, its children and its exited children: PostgreSQL has a process per connection. */
export function cpuSeconds(pid: number): number {
  if (pid === process.pid) return ownSeconds(); // its children are the system under test
  const own = stat(pid);
  const ended = own.endedChildren;
  return (own.used + ended + childrenOf(pid).reduce((sum, child) => sum + stat(child).used, 0)) / ticksPerSecond;
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** CPU milliseconds per operation of each process, while `work` does as many operations as it returns. */
export async function cpuPerCall(processes: Record<string, number>, work: () => Promise<number>): Promise<Record<string, number>> {
  const before = Object.entries(processes).map(([name, pid]) => [name, pid, cpuSeconds(pid)] as const);
  const calls = await work();
  return Object.fromEntries(before.map(([name, pid, seconds]) => [name, ((cpuSeconds(pid) - seconds) * 1_000) / calls]));
}

export const childrenOf = (parent: number): number[] =>
  fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stat(pid).parent === parent);

function stat(pid: number): { parent: number; used: number; endedChildren: number } {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), used: user! + system!, endedChildren: endedUser! + endedSystem! };
  } catch {
    return { parent: 0, used: 0, endedChildren: 0 }; // exited: its time is counted in its parent
  }
}
