import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import path from "node:path";
import { clearInterval, setInterval } from "node:timers";

/** The lowest version of Node that everything runs on, and the one to install. */
export const NODE = "26.10.0";
export const root = path.resolve(import.meta.dirname, "../..");
export const tools = path.join(root, ".tools");

/** Runs one step with a line of progress every 15 s; its output is printed only when it fails, which exits with 1. */
export async function step(title, command, args) {
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

/** The environment with our Node and tools first in PATH, and without the settings that an outer npm passes down. */
export function environment() {
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

export function newEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = NODE.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

export function stop(message) {
  console.error(message);
  process.exit(1);
}
