import type { Cluster, Thing } from "./cluster.ts";
import { isReady, type Pod } from "./ready.ts";
import { until } from "./until.ts";

/** Ends all pods of a workload, "statefulset/nats", and waits until they are gone. */
export async function takeAway(cluster: Cluster, workload: string): Promise<void> {
  await cluster.kubectl(["scale", workload, "--replicas=0"]);
  await until(async () => (await podsOf(cluster, workload)).length === 0, { timeoutMs: 120_000 });
}

/** One pod again; waits until it is ready. */
export async function bringBack(cluster: Cluster, workload: string): Promise<void> {
  await cluster.kubectl(["scale", workload, "--replicas=1"]);
  await until(async () => (await podsOf(cluster, workload)).some(isReady), { timeoutMs: 60_000 });
}

async function podsOf(cluster: Cluster, workload: string): Promise<Pod[]> {
  const { spec } = await cluster.json<Thing & { spec: { selector: { matchLabels: Record<string, string> } } }>("get", workload);
  const labels = Object.entries(spec.selector.matchLabels).map((pair) => pair.join("="));
  return cluster.list<Pod>("pods", labels.join());
}
