import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const given = new Set<number>();

// Above every port that fetch and browsers refuse to call (the last is 10080, https://fetch.spec.whatwg.org/#port-blocking), below the range
// from which the system takes ports for outgoing connections.
const FIRST = 10_081;
const LAST = 32_000;

/**
 * A port of this machine that nobody uses: the preferred one, else one reserved for this process. So it is still free when a server that
 * was killed comes back to it.
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

// ---- among processes: tests run side by side, and a server that is down for a moment looks like a free port to the others

const folder = path.join(os.tmpdir(), `lacio-ports-${os.userInfo().uid}`);
const reserved: string[] = [];
process.on("exit", () => reserved.forEach((file) => fs.rmSync(file, { force: true })));

/** Whether the port is this process's from now on, until it ends. */
export function reserve(port: number): boolean {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, String(port));
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (lives(ownerOf(file))) return false;
    fs.writeFileSync(file, String(process.pid)); // of one that was killed
  }
  reserved.push(file);
  return true;
}

function ownerOf(file: string): number {
  try {
    return Number(fs.readFileSync(file, "utf8"));
  } catch {
    return 0; // given back a moment ago; like an owner that is not written yet, it counts as somebody
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
