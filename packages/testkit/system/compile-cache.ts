import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { leanFlags, leanNode } from "../processes/lean-node.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** Where Node keeps what it stripped of its types and compiled, for the processes that read .ts. */
export const compileCache = path.join(root, ".tools/compile-cache/services");

/**
 * Before the first start of all, while the servers are being made: each process once without a configuration, and to complain about
 * that it reads all its files. What nine would do at the same time is then done once, and none of them keeps the stripper in memory.
 */
export async function fillCompileCache(processes: string[][]): Promise<void> {
  if (fs.existsSync(compileCache)) return;
  const env = { PATH: process.env.PATH, ...leanNode, NODE_COMPILE_CACHE: compileCache };
  const options = { cwd: root, env, stdio: "ignore" as const, timeout: 30_000 };
  for (const args of processes) await new Promise((done) => spawn(process.execPath, [...leanFlags, ...args], options).once("close", done));
}
