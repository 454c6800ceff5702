import type { SystemProcess } from "./contract.ts";

export type Listed = SystemProcess & { name: string; log: string; port: number; stop(): Promise<void> };
export type Roster = ReturnType<typeof openRoster>;

/** A system's processes by name, and its stop actions, by which a partial start is cleaned up, too. */
export function openRoster() {
  const processes = new Map<string, Listed>();
  const stops: (() => unknown)[] = [];
  return {
    enter<P extends Listed>(process: P): P {
      processes.set(process.name, process);
      return process;
    },
    find: (name: string): Listed => processes.get(name) ?? missing("process", name),
    all: () => [...processes.values()].map(({ name, pid, port }) => ({ name, pid, port })),
    /** Adds a stop action; they run in reverse order. */
    onStop: (work: () => unknown) => void stops.push(work),
    /** Stops those of `names` that have started, in parallel. */
    stopTogether: (names: string[]) => Promise.all(names.map(async (name) => processes.get(name)?.stop())),
    async stop() {
      for (const one of stops.splice(0).reverse()) await one();
    },
  };
}

/** @throws always: the system does not run such a part */
export function missing(what: string, name: string): never {
  throw new Error(`This system has no ${what} "${name}".`);
}
