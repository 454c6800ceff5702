import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { startOf } from "./start-of.ts";

const given = new Set<number>();

// Above every port that fetch and browsers refuse to call (the last is 10080, https://fetch.spec.whatwg.org/#port-blocking), below the range
// from which the system takes ports for outgoing connections.
const FIRST = 10_081;
const LAST = 32_000;

/**
 * A free port of 127.0.0.1: the preferred one or one of the next 19, else a random one that is reserved for this process, so that it is
 * still free when a killed server restarts. @throws when there is none
 */
export async function freePort(preferred?: number): Promise<number> {
  for (let next = 0; preferred !== undefined && next < 20; next++) if (await takes(preferred + next)) return preferred + next;
  for (let attempt = 0; attempt < 500; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (reserve(port) && (await takes(port))) return port;
  }
  throw new Error(`No free port between ${FIRST} and ${LAST} on 127.0.0.1.`);
}

async function takes(port: number): Promise<boolean> {
  if (given.has(port) || !(await isFree(port))) return false;
  given.add(port);
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer().once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

// ---- reservations between processes: to tests that run in parallel the port of a server that is down for a moment looks free

const folder = path.join(os.tmpdir(), `lacio-ports-${process.getuid?.()}`);
const reserved: string[] = [];
process.on("exit", () => reserved.forEach((file) => fs.rmSync(file, { force: true })));

/** Reserves a port for this process until it exits, by a lock file. Answers false when another process has it. */
export function reserve(port: number): boolean {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, String(port));
  try {
    fs.writeFileSync(file, own, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (isHeld(file)) return false;
    fs.writeFileSync(file, own); // a stale lock: its owner was killed
  }
  reserved.push(file);
  return true;
}

const holder = (pid: number) => `${pid} ${startOf(pid)}`; // a pid alone may be another process's by now
const own = holder(process.pid);

function isHeld(file: string): boolean {
  try {
    const written = fs.readFileSync(file, "utf8");
    return written === "" || written === holder(Number(written.split(" ", 1)[0])); // "": not written yet
  } catch {
    return true; // just released
  }
}
