import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { environment, newEnough, NODE, step, stop, tools } from "./step.mjs";

/** The Node to run on: this one when it is new enough, else the one under .tools; undefined when that is missing or does not run. */
export function node() {
  if (newEnough(process.versions.node)) return process.execPath;
  const own = path.join(tools, "node_modules/.bin/node");
  const answer = spawnSync(own, ["--version"], { encoding: "utf8", env: environment() });
  return answer.status === 0 && newEnough(answer.stdout.trim().slice(1)) ? own : undefined;
}

export async function installNode() {
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
