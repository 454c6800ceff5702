import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launch, type Command, type Running } from "./launch.ts";

export interface ChildOptions extends Command {
  /** Readiness probe. A throw, or no answer within `probeSeconds` (5 by default), counts as "not yet". */
  ready: (timeOver: AbortSignal) => Promise<boolean>;
  probeSeconds?: number;
  startSeconds?: number;
  stopSeconds?: number;
  /** Restarts it with backoff when it ends by itself, as a kubelet does. */
  supervise?: Supervisor;
}

/** Callbacks about processes that ended by themselves. */
export interface Supervisor {
  warn?: (line: string) => void;
  /** It was restarted and has another pid. */
  restarted?: () => void;
}

/** A process of the local system, with its own process group and log file, that can be stopped, killed and restarted on the same ports. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
  readonly log: string;
  /** Sends the signal; SIGKILL waits until the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it when it still runs, starts it again and waits until it is ready. */
  restart(extraEnv?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a process and waits until it is ready. @throws with the end of its log when it ends, or takes longer than `startSeconds` (60) */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, dir, stopSignal = "SIGTERM", stopSeconds = 10 } = options;
  const log = path.join(dir, "logs", `${name}.log`);
  fs.mkdirSync(path.dirname(log), { recursive: true });
  let current: Running;
  let env = options.env;
  let expected = false; // it was stopped on purpose: no restart by the supervisor
  let served = false; // it has been ready once
  let backoffMs = 500;

  const start = async () => {
    expected = false;
    const mine = (current = launch({ ...options, env }, log));
    if (served) options.supervise?.restarted?.();
    const since = Date.now();
    void mine.gone.then(() => {
      if (!options.supervise || !served || expected || mine !== current) return;
      if (Date.now() - since > 20_000) backoffMs = 500;
      void startAgain(mine);
    });
    await untilReady(mine, options, log);
    served = true;
  };

  const startAgain = async (dead: Running) => {
    options.supervise?.warn?.(`${name} stopped (${dead.how}); starting it again in ${backoffMs / 1000} s. Log: ${log}`);
    await sleep(backoffMs);
    backoffMs = Math.min(backoffMs * 2, 8_000);
    if (!expected && dead === current) await start().catch((error: Error) => options.supervise?.warn?.(error.message));
  };

  const stop = async () => {
    expected = true;
    if (current.alive) {
      current.send(stopSignal);
      const forced = setTimeout(() => current.sendGroup("SIGKILL"), stopSeconds * 1000);
      await current.gone;
      clearTimeout(forced);
    }
  };

  const kill = async (signal: NodeJS.Signals = "SIGKILL") => {
    current.send(signal);
    if (signal === "SIGKILL") await current.gone;
  };

  const restart = async (extraEnv: Record<string, string> = {}) => {
    await stop();
    env = { ...env, ...extraEnv };
    await start();
  };

  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name,
    log,
    get pid() {
      return current.pid;
    },
    get running() {
      return current.alive;
    },
    kill,
    restart,
    stop,
  };
}

async function untilReady(run: Running, { name, ready, probeSeconds, startSeconds = 60 }: ChildOptions, log: string) {
  const deadline = Date.now() + startSeconds * 1000;
  while (run.alive && Date.now() < deadline) {
    if (await probed(ready, probeSeconds)) return;
    await sleep(30);
  }
  if (!run.alive) await run.gone;
  const what = run.alive ? `was not ready after ${startSeconds} s` : `ended (${run.how}) while starting`;
  throw new Error(`${name} ${what}. The end of ${log}:\n\n${lastLines(log)}\n`);
}

/** One probe with a time limit, so that a connection without an answer does not use up the whole time to start. */
export function probed(ready: ChildOptions["ready"], seconds = 5): Promise<boolean> {
  const timeOver = AbortSignal.timeout(seconds * 1000);
  return Promise.race([ready(timeOver).catch(() => false), once(timeOver, "abort").then(() => false)]);
}

function lastLines(log: string): string {
  return fs.readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n");
}
