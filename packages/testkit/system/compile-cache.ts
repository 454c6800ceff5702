import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { leanFlags, leanNode } from "../processes/lean-node.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** Node's compile cache (stripped and compiled modules) of the processes that run .ts files. */
export const compileCache = path.join(root, ".tools/compile-cache/services");

/**
 * Fills the cache before the very first start: each process runs once without configuration, loads all its modules, and then fails.
 * Otherwise nine processes would strip the same modules at the same time, and keep the stripper in memory.
 */
export async function fillCompileCache(processes: string[][]): Promise<void> {
  if (fs.existsSync(compileCache)) return;
  const env = { PATH: process.env.PATH, ...leanNode, NODE_COMPILE_CACHE: compileCache };
  const options = { cwd: root, env, stdio: "ignore" as const, timeout: 30_000 };
  for (const args of processes) await new Promise((done) => spawn(process.execPath, [...leanFlags, ...args], options).once("close", done));
}
