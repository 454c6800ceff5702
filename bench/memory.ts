import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { serviceNames } from "@lacio/testkit/environment";
import { childrenOf } from "./cpu.ts";
import type { Figure, Result } from "./report.ts";

const restSeconds = 20;
const root = path.resolve(import.meta.dirname, "..");

type Started = { processes: { name: string; pid: number }[]; used: Record<string, number> };

/** The local system at rest after its start: memory of each process, and CPU of each service until it was ready. */
export async function memory(): Promise<Result> {
  const flags = ["--expose-gc", "--import", "./packages/testkit/processes/tidy.mjs"]; // as npm start
  const starter = spawn("sh", ["dev/run", ...flags, "bench/memory/starter.ts"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(starter, "exit");
  try {
    const { processes, used } = await started(starter.stdout);
    await sleep(restSeconds * 1_000);
    const names = new Map(processes.map(({ name, pid }) => [pid, name]));
    const held = tree(starter.pid!, names, "starter");
    const sum = (kind: "rss" | "pss", name?: string) =>
      held.filter((one) => !name || one.name === name).reduce((all, one) => all + one[kind], 0);
    const others = [...new Set(held.map(({ name }) => name))].filter((name) => !serviceNames.includes(name));
    const figures: Figure[] = [
      { what: `all ${held.length} processes, RSS`, value: sum("rss"), unit: "MB", atMost: 1_600 },
      { what: "all processes, PSS (shared pages counted once)", value: sum("pss"), unit: "MB" },
      ...serviceNames.map((name) => ({ what: `${name}, RSS`, value: sum("rss", name), unit: "MB", atMost: 140 })),
      ...others.map((name) => ({ what: `${name} with its children, RSS`, value: sum("rss", name), unit: "MB" })),
      ...serviceNames.map((name) => ({ what: `${name}, CPU until ready`, value: used[name]!, unit: "s" })),
    ];
    return { bench: "memory", figures };
  } finally {
    starter.kill();
    await gone;
  }
}

async function started(output: NodeJS.ReadableStream): Promise<Started> {
  for await (const line of createInterface({ input: output })) if (line.startsWith("{")) return JSON.parse(line) as Started;
  throw new Error("the system did not start");
}

/** The process and its descendants; an unnamed child, such as a PostgreSQL backend, takes its parent's name. */
function tree(pid: number, names: Map<number, string>, inherited: string): { name: string; rss: number; pss: number }[] {
  const name = names.get(pid) ?? inherited;
  return [{ name, ...memoryOf(pid) }, ...childrenOf(pid).flatMap((child) => tree(child, names, name))];
}

function memoryOf(pid: number): { rss: number; pss: number } {
  const megabytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? 0) / 1_024;
  const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return { rss: megabytes("Rss"), pss: megabytes("Pss") };
}
