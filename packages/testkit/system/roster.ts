import type { SystemProcess } from "./contract.ts";

export type Listed = SystemProcess & { name: string; log: string; port: number; stop(): Promise<void> };
export type Roster = ReturnType<typeof openRoster>;

/** The processes of a system by name, and how all of it is stopped, also when only a part of it has started. */
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
    /** What is to be done at the end; the last one first. */
    onStop: (work: () => unknown) => void stops.push(work),
    /** For `onStop`: whichever of these run by then, at the same time. */
    stopTogether: (names: string[]) => Promise.all(names.map(async (name) => processes.get(name)?.stop())),
    async stop() {
      for (const one of stops.splice(0).reverse()) await one();
    },
  };
}

export function missing(what: string, name: string): never {
  throw new Error(`This system has no ${what} "${name}".`);
}
