import type { Cluster, Thing } from "./cluster.ts";
import { until } from "./until.ts";

/** Everything of the chart, and of the development parts. */
export const whole = "app.kubernetes.io/part-of in (lacio, lacio-dev)";

export interface Pod extends Thing {
  spec: { nodeName?: string; containers: { name: string }[] } & Record<string, unknown>;
  status: {
    phase: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number; state: Record<string, object>; lastState: Record<string, object> }[];
  };
}

type Workload = Thing & { spec: { replicas: number; selector: { matchLabels: Record<string, string> } } };

export const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && (status.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True");

/** Of Deployments and StatefulSets, not of Jobs; without those that end. */
export async function running(cluster: Cluster, labels = whole): Promise<Pod[]> {
  const pods = await cluster.list<Pod>("pods", labels);
  return pods.filter(
    ({ metadata, status }) => !metadata.deletionTimestamp && !("job-name" in (metadata.labels ?? {})) && status.phase !== "Succeeded",
  );
}

/** The one ready pod of a component, or the first of several: podOf(cluster, "booking", "rpc"). @throws when there is none */
export async function podOf(cluster: Cluster, name: string, component?: string): Promise<Pod> {
  const labels = `app.kubernetes.io/name=${name}${component ? `,app.kubernetes.io/component=${component}` : ""}`;
  const found = (await cluster.list<Pod>("pods", labels)).find(isReady);
  if (!found) throw new Error(`No pod of ${name} ${component ?? ""} is ready.`);
  return found;
}

/**
 * Waits until each Deployment and StatefulSet has as many ready pods as it wants; pods that end do not count, nor does what status says, which
 * may be a second old. Answers how many seconds that took. @throws Error that names who is not ready
 */
export async function ready(cluster: Cluster, timeoutSeconds: number): Promise<number> {
  const since = Date.now();
  let lacking: string[] = [];
  const all = async () => (lacking = await lackingIn(cluster)).length === 0;
  await until(all, { timeoutMs: timeoutSeconds * 1_000 }).catch(() => {
    throw new Error(`Not ready after ${timeoutSeconds} s: ${lacking.join(", ")}`);
  });
  return (Date.now() - since) / 1_000;
}

async function lackingIn(cluster: Cluster): Promise<string[]> {
  const things = await cluster.list("deployments,statefulsets,pods", whole);
  const pods = things.filter(({ kind }) => kind === "Pod") as Pod[];
  const workloads = things.filter(({ kind }) => kind !== "Pod") as Workload[];
  return workloads.flatMap(({ metadata, spec: { replicas, selector } }) => {
    const chosen = Object.entries(selector.matchLabels);
    const mine = pods.filter((pod) => chosen.every(([key, value]) => pod.metadata.labels?.[key] === value));
    const count = mine.filter(isReady).length;
    return count < replicas ? [`${metadata.name} has ${count} of ${replicas}`] : [];
  });
}

/** @throws Error that names containers that were started again since `before` (cluster.restarts), but those of `expected` pods */
export async function noRestartsSince(cluster: Cluster, before: Record<string, number>, expected: string[] = []): Promise<void> {
  const now = Object.entries(await cluster.restarts());
  const more = now.filter(([pod, count]) => count > (before[pod] ?? 0) && !expected.includes(pod));
  if (more.length > 0) throw new Error(`Started again: ${more.map(([pod, count]) => `${pod} (${count})`).join(", ")}`);
}
