import fs from "node:fs";
import path from "node:path";
import { inherited } from "@lacio/testkit/environment";
import { launch } from "@lacio/testkit/processes/launch";
import { leanFlags, leanNode } from "@lacio/testkit/processes/lean-node";
import { compileCache } from "@lacio/testkit/system/compile-cache";
import { serviceArguments } from "@lacio/testkit/system/services";
import { until } from "@lacio/testkit/testing";

export type Line = { level: string; msg: string; time: string; away?: string[]; err?: { message: string } };

/** A service's process that nobody waits for, with exactly these variables. */
export function startLone(service: string, env: Record<string, string>, dir: string) {
  const name = `${service}-${crypto.randomUUID()}`;
  const log = path.join(dir, "logs", `${name}.log`);
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const args = [...leanFlags, ...serviceArguments(service)];
  const root = path.resolve(import.meta.dirname, "../..");
  const running = launch(
    {
      name,
      command: process.execPath,
      args,
      cwd: root,
      env: { ...inherited(), ...leanNode, NODE_COMPILE_CACHE: compileCache, ...env },
      dir,
    },
    log,
  );
  const ask = (what: string) => fetch(`http://127.0.0.1:${env.OPS_PORT}/${what}`);
  const lines = () => fs.readFileSync(log, "utf8").split("\n").filter(Boolean).map(parsed);
  const said = (msg: string) => lines().filter((line) => line.msg === msg);
  const away = () => said("not ready").map((line) => line.away ?? []);
  return {
    lines,
    ask,
    said,
    fatal: () => lines().filter(({ level }) => level === "fatal"),
    /** What each line `not ready` names. */
    away,
    /** Waits for a line `not ready` that names these causes and no others: the first ones may still say that there is no answer yet. */
    async saysAway(causes: RegExp[]) {
      const all = (names: string[]) => names.length === causes.length && causes.every((cause, index) => cause.test(names[index]!));
      await until(() => away().some(all) || Promise.reject(new Error(JSON.stringify(away()))), { timeoutMs: 60_000 });
    },
    ready: () => until(async () => (await ask("readyz")).ok, { timeoutMs: 30_000 }),
    problems: async () => ((await (await ask("readyz")).json()) as { problems: string[] }).problems,
    /** How it ends within `seconds`: "code 0". */
    async ends(seconds = 30) {
      await until(() => !running.alive, { timeoutMs: seconds * 1_000 });
      return running.how;
    },
    stop: () => running.send("SIGTERM"),
    async kill() {
      running.send("SIGKILL");
      await running.gone;
    },
  };
}

// A line that is no JSON is one that Node wrote about an uncaught error.
function parsed(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { level: "none", msg: text, time: "" };
  }
}
