import { execFile } from "node:child_process";
import { until } from "./until.ts";

export type Cluster = ReturnType<typeof openCluster>;

/** A Kubernetes object as far as checks look into it. */
export interface Thing {
  kind: string;
  metadata: {
    name: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    uid: string;
    deletionTimestamp?: string;
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

/** kubectl and helm from PATH, in one namespace. Every call is @throws Error with what the program said. */
export function openCluster(namespace: string) {
  const kubectl = (args: string[], { input = "", timeoutMs = 120_000 } = {}) =>
    run("kubectl", ["--namespace", namespace, ...args], input, timeoutMs);
  const helm = (args: string[], { input = "", timeoutMs = 600_000 } = {}) =>
    run("helm", ["--namespace", namespace, ...args], input, timeoutMs);
  const json = async <T = Thing>(...args: string[]) => JSON.parse(await kubectl([...args, "-o", "json"])) as T;
  /** What there is of a kind (or several, with commas), by labels. */
  const list = async <T extends Thing = Thing>(kinds: string, labels = "") =>
    (await json<{ items: T[] }>("get", kinds, ...(labels ? ["-l", labels] : []))).items;
  return {
    namespace,
    kubectl,
    helm,
    json,
    list,
    apply: (manifest: string) => kubectl(["apply", "-f", "-"], { input: manifest }),
    /** The value of a key of a Secret. */
    secret: async (name: string, key: string): Promise<string> => {
      const { data } = await json<{ data: Record<string, string> }>("get", "secret", name);
      if (!data[key]) throw new Error(`The Secret ${name} has no ${key}.`);
      return Buffer.from(data[key], "base64").toString();
    },
    /** Waits until every Deployment with these labels has its newest pods alone, all of them ready. */
    rolledOut: async (labels = "app.kubernetes.io/part-of=lacio", timeoutMs = 300_000) => {
      await kubectl(["rollout", "status", "deployment", "-l", labels, `--timeout=${timeoutMs / 1000}s`], { timeoutMs: timeoutMs + 10_000 });
    },
    /** Waits until no pod is left that ends, so that what is measured next is measured alone. */
    settled: async (timeoutMs = 120_000) => {
      const ending = async () =>
        (await list("pods")).filter(({ metadata }) => metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
      await until(async () => (await ending()).length === 0, { timeoutMs });
    },
    /** How often containers of these pods were started again. */
    restarts: async (labels = "app.kubernetes.io/part-of in (lacio, lacio-dev)"): Promise<Record<string, number>> => {
      const pods = await list<Thing & { status: { containerStatuses?: { restartCount: number }[] } }>("pods", labels);
      const counts = pods.map(({ metadata, status }): [string, number] => [
        metadata.name,
        (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
      ]);
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    },
  };
}

function run(program: string, args: string[], input: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const why = error.killed ? `ended after ${timeout / 1000} s` : stderr.trim() || error.message;
      reject(new Error(`${program} ${args.slice(2).join(" ")}: ${why}\n${stdout}`.trim()));
    });
    child.stdin!.on("error", () => {}); // it ended before it read all; its status says why
    child.stdin!.end(input);
  });
}
