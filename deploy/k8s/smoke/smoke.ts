import type { Options } from "./arguments.ts";
import { openCluster, type Cluster } from "./cluster.ts";
import { trouble } from "./trouble.ts";

export interface Smoke {
  options: Options;
  cluster: Cluster;
  /** Tries one sentence. It prints whether it holds, and what is wrong in the cluster when it does not; it never throws. */
  check(sentence: string, holds: () => Promise<void>): Promise<boolean>;
  /** A line between the checks, for what was measured. */
  note(line: string): void;
}

export type Stage = (smoke: Smoke) => Promise<void>;

/** The frame of all stages. `counts` says what the last line says. */
export function openSmoke(options: Options): Smoke & { counts: { passed: number; failed: number } } {
  const cluster = openCluster(options.namespace);
  const counts = { passed: 0, failed: 0 };
  const note = (line: string) => console.log(line.replace(/^/gm, "    "));

  async function check(sentence: string, holds: () => Promise<void>): Promise<boolean> {
    const since = Date.now();
    const seconds = () => `(${((Date.now() - since) / 1000).toFixed(1)} s)`;
    try {
      await holds();
      counts.passed++;
      console.log(`ok      ${sentence} ${seconds()}`);
      return true;
    } catch (error) {
      counts.failed++;
      console.log(`not ok  ${sentence} ${seconds()}`);
      note(error instanceof Error ? error.message : String(error));
      note(await trouble(cluster));
      return false;
    }
  }
  return { options, cluster, check, note, counts };
}
