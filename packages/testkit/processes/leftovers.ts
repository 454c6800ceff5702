import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "./start-of.ts";

/** The pid file of a child process, by which the next start can end the orphans of a killed one. */
interface Record {
  pid: number;
  started: string;
  stopSignal: NodeJS.Signals;
  starter: { pid: number; started: string };
}

const folder = (dir: string) => path.join(dir, "pids");

/** Writes a child's pid file. */
export function remember(dir: string, name: string, pid: number, stopSignal: NodeJS.Signals) {
  const started = startOf(pid);
  if (!started) return; // already gone
  fs.mkdirSync(folder(dir), { recursive: true });
  const record: Record = { pid, started, stopSignal, starter: { pid: process.pid, started: startOf(process.pid) ?? "" } };
  fs.writeFileSync(path.join(folder(dir), `${name}.json`), JSON.stringify(record));
}

/** Removes it. */
export function forget(dir: string, name: string) {
  fs.rmSync(path.join(folder(dir), `${name}.json`), { force: true });
}

/** The pid of the starter that runs a system in this directory right now. */
export function starterOf(dir: string): number | undefined {
  const other = records(dir).find(({ starter }) => starter.pid !== process.pid && startOf(starter.pid) === starter.started);
  return other?.starter.pid;
}

/** Ends the orphans of a killed starter, after 10 s by SIGKILL; answers how many. A process that reuses a pid has another start time. */
export async function endLeftovers(dir: string): Promise<number> {
  const left = records(dir).filter(({ pid, started }) => startOf(pid) === started);
  for (const { pid, stopSignal } of left) send(pid, stopSignal);
  for (const deadline = Date.now() + 10_000; left.some(lives) && Date.now() < deadline;) await sleep(50);
  for (const record of left) if (lives(record)) send(-record.pid, "SIGKILL");
  while (left.some(lives)) await sleep(20);
  fs.rmSync(folder(dir), { recursive: true, force: true });
  return left.length;
}

const lives = ({ pid, started }: Record) => startOf(pid) === started;

function records(dir: string): Record[] {
  if (!fs.existsSync(folder(dir))) return [];
  const files = fs.readdirSync(folder(dir)).map((file) => fs.readFileSync(path.join(folder(dir), file), "utf8"));
  return files.filter((text) => text !== "").map((text) => JSON.parse(text) as Record);
}

function send(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
