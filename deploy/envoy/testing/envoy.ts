import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "@lacio/testkit/processes/ports";
import { binary } from "@lacio/testkit/programs/binaries";
import { envoyArguments } from "../render.ts";

/** Resolves when Envoy is ready; rejects with its output when it exits. */
export async function startEnvoy(dir: string, config: object, opsPort: number): Promise<Envoy> {
  const child = spawn(await binary("envoy"), envoyArguments(configFile(dir, config)), { stdio: ["ignore", "pipe", "pipe"] });
  const out = { log: "", errors: "", over: false };
  child.stdout.on("data", (chunk: Buffer) => (out.log += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (out.errors += chunk.toString()));
  const exited = new Promise<void>((done) => child.once("exit", () => done())).then(() => void (out.over = true));
  await until(async () => {
    if (out.over) throw new Error(`Envoy did not start: ${out.errors}`);
    return fetch(`http://127.0.0.1:${opsPort}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  });
  return {
    requests: () =>
      out.log
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    stop() {
      child.kill();
      return exited;
    },
  };
}

/** The output of `envoy --mode validate`; rejects when the configuration is invalid. */
export async function validate(dir: string, config: object): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(await binary("envoy"), ["--mode", "validate", "-c", configFile(dir, config)]);
  return stdout + stderr;
}

function configFile(dir: string, config: object): string {
  const file = join(dir, "edge.json");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Polls until the condition holds. The test's own timeout ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((again) => setTimeout(again, 20));
}

export type Ports = [number, number, number, number];

export const freePorts = async (): Promise<Ports> => [await freePort(), await freePort(), await freePort(), await freePort()];

export interface Envoy {
  /** The access log. */
  requests(): Record<string, unknown>[];
  stop(): Promise<void>;
}
