// Installs what is missing of Node 26, packages and generated protos, and prints the environment of scripts as shell commands, for `run` to
// evaluate. Plain JavaScript that any Node since 20 runs.
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installNode, node } from "./set-up/node.mjs";
import { environment, root, step, tools } from "./set-up/step.mjs";

const lock = path.join(tools, "install.lock");
const hiddenLock = path.join(root, "node_modules/.package-lock.json");
const compileCache = path.join(tools, "compile-cache");
const protoStamp = path.join(root, "packages/proto/gen/.made-from");

async function main() {
  if (!ready()) await oneAtATime(install);
  const inside = { ...environment(), LACIO_NODE: node(), NODE_NO_WARNINGS: "1", MALLOC_ARENA_MAX: "1", NODE_COMPILE_CACHE: compileCache };
  const gone = Object.keys(process.env).filter((name) => !(name in inside) && /^\w+$/.test(name));
  const changed = Object.entries(inside).filter(([name, value]) => process.env[name] !== value);
  const lines = [...gone.map((name) => `unset ${name}`), ...changed.map(([name, value]) => `export ${name}=${quoted(value)}`)];
  console.log(lines.join("\n"));
}

const quoted = (value) => `'${value.replaceAll("'", `'\\''`)}'`;

const ready = () => node() !== undefined && packagesInStep() && protosInStep();

async function install() {
  if (!node()) await installNode();
  if (!packagesInStep()) {
    await step("Packages: npm ci", "npm", ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--no-progress"]);
    if (fs.existsSync(generated())) fs.writeFileSync(protoStamp, protoHash()); // npm ci ends with `npm run generate`
  }
  if (!protosInStep()) {
    await step("Protos: npm run generate", "npm", ["run", "generate"]);
    fs.writeFileSync(protoStamp, protoHash());
  }
}

// ---- packages and protos

/** Whether package-lock.json is installed. npm writes the hidden lockfile last, so an interrupted install does not count. */
function packagesInStep() {
  if (!fs.existsSync(hiddenLock)) return false;
  const installed = JSON.parse(fs.readFileSync(hiddenLock, "utf8")).packages;
  const wanted = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === "") return true;
    const there = installed[place];
    return there ? there.version === entry.version && there.integrity === entry.integrity : entry.optional === true;
  });
}

const generated = () => path.join(root, "packages/proto/gen/lacio.binpb");
const protosInStep = () => fs.existsSync(generated()) && fs.existsSync(protoStamp) && fs.readFileSync(protoStamp, "utf8") === protoHash();

function protoHash() {
  const hash = crypto.createHash("sha256");
  const files = fs.readdirSync(path.join(root, "proto"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  for (const file of [...paths, path.join(root, "buf.yaml"), path.join(root, "buf.gen.yaml")].sort())
    hash.update(path.relative(root, file)).update(fs.readFileSync(file));
  return hash.digest("hex");
}

// ---- lock file

/** Mutual exclusion: concurrent commands (npm start, npm test) must not install over each other. */
async function oneAtATime(work) {
  fs.mkdirSync(tools, { recursive: true });
  for (let told = false; !takeLock(); told = true) {
    if (!told) console.error("Another command is installing; waiting for it …");
    await sleep(500);
  }
  process.once("exit", () => fs.rmSync(lock, { force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(128 + os.constants.signals[signal]));
  if (!ready()) await work();
  fs.rmSync(lock, { force: true });
  process.removeAllListeners("exit");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
}

function takeLock() {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const owner = Number(fs.readFileSync(lock, "utf8"));
    if (owner && !alive(owner)) fs.rmSync(lock, { force: true });
    return false;
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

await main();
