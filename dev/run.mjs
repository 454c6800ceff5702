// Every npm script starts here. Plain JavaScript that any Node since 20 runs: it makes sure that Node 26, the packages and the generated
// protos are in place, then hands over to the script.
//   node dev/run.mjs dev/start.ts --fresh        node dev/run.mjs --bin prettier --check .
import { Buffer } from "node:buffer";
import { spawn, spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { setTimeout as sleep } from "node:timers/promises";

const NODE = "26.10.0";
const root = path.resolve(import.meta.dirname, "..");
const tools = path.join(root, ".tools");
const lock = path.join(tools, "install.lock");
const hiddenLock = path.join(root, "node_modules/.package-lock.json");
const protoStamp = path.join(root, "packages/proto/gen/.made-from");

async function main() {
  const [first, ...rest] = process.argv.slice(2);
  if (!first || (first === "--bin" && !rest[0]))
    stop("Usage: node dev/run.mjs <script.ts> [arguments]  or  node dev/run.mjs --bin <tool> [arguments]");
  if (!ready()) await oneAtATime(install);
  const [file, ...args] =
    first === "--bin" ? [path.join(root, "node_modules/.bin", rest[0]), ...rest.slice(1)] : [path.resolve(root, first), ...rest];
  handOver(file, args);
}

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

// ---- Node 26

/** The Node to run on: this one when it is new enough, else the one under .tools. */
function node() {
  if (newEnough(process.versions.node)) return process.execPath;
  const own = path.join(tools, "node_modules/.bin/node");
  const answer = spawnSync(own, ["--version"], { encoding: "utf8", env: environment() });
  return answer.status === 0 && newEnough(answer.stdout.trim().slice(1)) ? own : undefined;
}

function newEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = NODE.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

async function installNode() {
  if (process.platform === "win32")
    stop("Lacio runs on Linux and macOS. On Windows, use WSL: https://learn.microsoft.com/windows/wsl/install");
  if (spawnSync("npm", ["--version"]).status !== 0)
    stop(`npm is missing. Install Node ${NODE} or newer with npm (https://nodejs.org) and run this again.`);
  const installed = path.join(tools, "node_modules/node/package.json");
  if (!fs.existsSync(installed) || JSON.parse(fs.readFileSync(installed, "utf8")).version !== NODE || !missingLibrary()) {
    fs.rmSync(path.join(tools, "node_modules"), { recursive: true, force: true });
    await step(`Node ${NODE} into .tools (this is ${process.versions.node})`, "npm", [
      "install",
      "--prefix",
      tools,
      "--no-audit",
      "--no-fund",
      "--no-progress",
      `node@${NODE}`,
    ]);
  }
  if (missingLibrary()) await installLibatomic();
  if (!node()) stop(`Node ${NODE} does not run on this machine. Install Node ${NODE} or newer (https://nodejs.org) and run this again.`);
}

// Node 26 links libatomic, which slim images leave out.
const missingLibrary = () =>
  /libatomic/.test(spawnSync(path.join(tools, "node_modules/.bin/node"), ["--version"], { encoding: "utf8" }).stderr ?? "");

async function installLibatomic() {
  const debian = spawnSync("apt-get", ["--version"]).status === 0;
  const name = debian ? "libatomic1" : "libatomic";
  if (!debian || process.getuid() !== 0)
    stop(
      `Node ${NODE} needs ${name}. Install it and run this again:\n\n  ${debian ? "sudo apt-get install -y" : "sudo dnf install"} ${name}\n`,
    );
  const args = ["install", "-y", "--no-install-recommends", name];
  if (spawnSync("apt-get", args).status === 0) return;
  await step("Debian's package lists", "apt-get", ["update"]);
  await step(name, "apt-get", args);
}

// ---- packages and protos

/** True when everything in package-lock.json is installed as written. npm writes the hidden lock last, so half an install is never in step. */
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

// ---- running things

/** Two commands at once (npm start, npm test) must not install over each other. */
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

/** Runs one step quietly, with a sign of life; its output appears only when it fails. */
async function step(title, command, args) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  console.error(`  … ${title}`);
  const child = spawn(command, args, { cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  const sign = setInterval(() => console.error(`    still at it, ${seconds()}`), 15_000);
  const stopChild = () => child.kill();
  process.once("exit", stopChild);
  const code = await new Promise((resolve) => child.once("error", (error) => resolve(error.message)).once("close", resolve));
  process.removeListener("exit", stopChild);
  clearInterval(sign);
  if (code !== 0)
    stop(
      `${Buffer.concat(output)}\n${command} ${args.join(" ")} failed (${code}), see above. Nothing half-made is kept: fix the cause and run this again.`,
    );
  console.error(`  ✓ ${title} (${seconds()})`);
}

/** Our Node and tools first in PATH, and none of the settings that an outer npm passes down. */
function environment() {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(package|lifecycle|command|execpath|node_execpath|config_(local_prefix|prefix|global|dir|user_agent|npm_version|node_gyp))/.test(
        name,
      ),
  );
  const own = newEnough(process.versions.node) ? path.dirname(process.execPath) : path.join(tools, "node_modules/.bin");
  return {
    ...Object.fromEntries(inherited),
    PATH: [own, path.join(root, "node_modules/.bin"), process.env.PATH].join(path.delimiter),
  };
}

function handOver(file, args) {
  const child = spawn(node(), ["--max-semi-space-size=1", file, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...environment(), NODE_NO_WARNINGS: "1", MALLOC_ARENA_MAX: "1", NODE_COMPILE_CACHE: path.join(tools, "compile-cache") },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));
}

function stop(message) {
  console.error(message);
  process.exit(1);
}

await main();
