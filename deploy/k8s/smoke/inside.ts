import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Cluster } from "./cluster.ts";

/** A program of inside/, which runs in a pod of ours by its Node: our images have no shell. Its question is its argument, as JSON. */
export type Program = "call" | "connect" | "edge" | "freeze" | "get" | "keys" | "libraries" | "memory" | "press" | "stop";

export const textOf = (program: Program): string => readFileSync(path.join(import.meta.dirname, "inside", `${program}.ts`), "utf8");

/** Node's arguments that run a program's text. */
export const evaluating = (program: Program) => ["--input-type=module-typescript", "--eval", textOf(program)];

/** What a program that ends by itself answers, as JSON in its last line. @throws Error with what it said when it fails, or is late */
export async function inside<Answer>(
  cluster: Cluster,
  pod: string,
  program: Program,
  question: unknown,
  timeoutMs = 60_000,
): Promise<Answer> {
  const { lines, ended, kill } = startInside(cluster, pod, program, question);
  const late = setTimeout(kill, timeoutMs);
  const why = await ended.finally(() => clearTimeout(late));
  const last = lines.at(-1);
  if (why || !last) throw new Error(`${program} in the pod ${pod} answers nothing: ${why || "no line"}`);
  return JSON.parse(last) as Answer;
}

/** A program that runs until it is killed, or its pod's process is. `ended` answers what was wrong, and "" when nothing was. */
export function startInside(cluster: Cluster, pod: string, program: Program, question: unknown) {
  const words = ["node", ...evaluating(program), JSON.stringify(question)];
  const child = spawn("kubectl", ["--namespace", cluster.namespace, "exec", pod, "--", ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let wrong = "";
  child.stderr.on("data", (chunk: Buffer) => (wrong += chunk.toString()));
  const reader = createInterface(child.stdout).on("line", (line) => void lines.push(line));
  const ended = once(child, "close").then(([code]) =>
    code === 0 ? "" : wrong.trim().split("\n").slice(-5).join("\n") || `status ${code}`,
  );
  ended.catch(() => {}); // who waits for it hears of it
  /** The next line. @throws when it ends before */
  const said = async () => {
    const [line] = (await Promise.race([
      once(reader, "line"),
      ended.then((why) => Promise.reject(new Error(`${program} in ${pod} ended: ${why}`))),
    ])) as [string];
    return line;
  };
  return { lines, ended, said, kill: () => void child.kill() };
}
