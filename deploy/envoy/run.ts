import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.ts";
import { secretNames, writeCertSds } from "./cert-sds.ts";
import { drain } from "./drain.ts";
import { WrongEnvironment } from "./environment.ts";
import { envoyArguments, optionsFrom } from "./render.ts";

/**
 * Runs Envoy with the bootstrap that the environment says, and ends the process when Envoy ends; with 78 when the environment is wrong
 * (EX_CONFIG of sysexits(3)). The answer is what a signal does: the first drains, a second one ends at once.
 */
export function runEdge(): () => void {
  const folder = mkdtempSync(join(os.tmpdir(), "lacio-edge-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const options = configuration(folder);
  const file = join(folder, "envoy.json");
  writeFileSync(file, JSON.stringify(bootstrap(options)));

  // In this process's group: whoever kills the group leaves no Envoy behind.
  const envoy = spawn(options.envoy, envoyArguments(file, options.drainSeconds), { stdio: "inherit" });
  let ending = false;
  envoy.once("error", ({ message }) => refuse(`ENVOY_BINARY: ${message}`));
  envoy.once("exit", (code, signal) => {
    if (!ending) say("error", `Envoy ended by itself (${signal ?? `code ${code}`})`);
    const early = ending && signal === "SIGTERM"; // told to end before it was listening to signals
    process.exit(code ?? (early ? 0 : 128 + os.constants.signals[signal!]));
  });
  return () => (ending ? void envoy.kill("SIGKILL") : void end());

  async function end() {
    ending = true;
    try {
      await drain(options.adminPort, options.drainSeconds, (msg) => say("info", msg));
    } catch (error) {
      say("warn", `ends without draining: ${(error as Error).message}`); // it is starting still, or broken
    }
    envoy.kill("SIGTERM");
  }
}

function configuration(folder: string) {
  try {
    const options = optionsFrom(process.env, folder);
    for (const name of Object.values(secretNames)) accessSync(join(options.cert.dir, name), constants.R_OK);
    writeCertSds(options.cert.dir, secretNames, folder);
    return options;
  } catch (error) {
    if (error instanceof WrongEnvironment) refuse(error.message);
    if ((error as NodeJS.ErrnoException).syscall === "access") refuse(`CERT_DIR: ${(error as Error).message}`);
    throw error;
  }
}

function refuse(why: string): never {
  process.stderr.write(`edge: ${why}\n`);
  process.exit(78);
}

function say(level: string, msg: string) {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, service: "edge", msg })}\n`);
}
