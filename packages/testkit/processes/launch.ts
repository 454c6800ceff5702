import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import { forget, remember } from "./leftovers.ts";

/** What is run, and where. */
export interface Command {
  name: string;
  command: string;
  args: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** Where the state of the whole system lives: pid files go to <dir>/pids, output to <dir>/logs/<name>.log. */
  dir: string;
  stopSignal?: NodeJS.Signals;
  /** Sent to its process group when this process exits; SIGKILL by default. */
  lastSignal?: NodeJS.Signals;
}

/** One run of a command. `how` it ended: exit code, signal or error. */
export interface Running {
  pid: number;
  alive: boolean;
  how: string;
  gone: Promise<void>;
  send(signal: NodeJS.Signals): void;
  sendGroup(signal: NodeJS.Signals): void;
}

/** Process groups that are ended when this process exits, each with its signal. */
const groups = new Map<number, NodeJS.Signals>();

/** Starts a command, with its output appended to `log`. When the program is missing, `alive` is false and `how` says why. */
export function launch(options: Command, log: string): Running {
  const { name, dir, command, args, cwd, env, uid, gid, stopSignal = "SIGTERM", lastSignal = "SIGKILL" } = options;
  guard();
  const output = fs.openSync(log, "a");
  // detached: a process group of its own, so that Ctrl-C reaches only the starter, which then stops everything in order.
  const child = spawn(command, args, { cwd, env, uid, gid, detached: true, stdio: ["ignore", output, output] });
  fs.closeSync(output);
  const running: Running = {
    pid: child.pid ?? -1,
    alive: child.pid !== undefined, // else the program was not found
    how: "",
    gone: ended(child).then((how) => {
      running.alive = false;
      running.how = how;
      sendGroup(running.pid, "SIGKILL"); // its own children, too
      groups.delete(running.pid);
      forget(dir, name);
    }),
    send: (signal) => void child.kill(signal),
    sendGroup: (signal) => sendGroup(running.pid, signal),
  };
  if (child.pid) {
    groups.set(child.pid, lastSignal);
    remember(dir, name, child.pid, stopSignal);
  }
  return running;
}

async function ended(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    return signal ?? `code ${code}`;
  } catch (error) {
    return (error as Error).message; // the program could not be started at all
  }
}

// ---- no process outlives the starter

let guarded = false;
function guard() {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const [pid, signal] of groups) sendGroup(pid, signal);
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Another handler of the signal stops things in order; without one, exit, which runs the handler above.
    process.on(signal, () => process.listenerCount(signal) === 1 && process.exit(128 + os.constants.signals[signal]));
  }
}

function sendGroup(pid: number, signal: NodeJS.Signals) {
  if (pid <= 1) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error; // else it is gone
  }
}
