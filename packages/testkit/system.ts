import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { removeState } from "./infra/postgres-files.ts";
import { endLeftovers, starterOf } from "./processes/leftovers.ts";
import type { System, SystemOptions } from "./system/contract.ts";
import { refusePeopleInLogs } from "./system/people-in-logs.ts";
import { openRoster } from "./system/roster.ts";
import { startAll } from "./system/start-all.ts";

export type { Replica, System, SystemDescription, SystemOptions, SystemProcess } from "./system/contract.ts";

/**
 * Starts Lacio on this machine: real servers and the services, or `options.services` of them, each as a process.
 * @throws when a system already runs in `dir`, or when a part does not start, after what did start has been stopped
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const dir = path.resolve(options.dir ?? fs.mkdtempSync(path.join(os.tmpdir(), "lacio-system-")));
  await takeOver(dir, options.progress);
  const roster = openRoster();
  const clear = () => void (options.dir || removeState(dir));
  const stop = async () => {
    await roster.stop();
    try {
      if (process.env.LACIO_PEOPLE_IN_LOGS === "refused") refusePeopleInLogs(dir);
    } finally {
      clear();
    }
  };
  try {
    return { ...(await startAll(dir, options, roster)), stop };
  } catch (error) {
    await roster.stop();
    clear();
    throw error;
  }
}

async function takeOver(dir: string, progress?: (line: string) => void) {
  const running = starterOf(dir);
  if (running) throw new Error(`A system already runs in ${dir} (process ${running}).`);
  const ended = await endLeftovers(dir);
  if (ended) progress?.(`Ended ${ended} processes that an earlier start left behind`);
  fs.mkdirSync(dir, { recursive: true });
  fs.rmSync(path.join(dir, "logs"), { recursive: true, force: true });
}
