import type { Cluster, Thing } from "./cluster.ts";

export interface Container {
  name: string;
  image: string;
  command?: string[];
  env: { name: string; value?: string }[];
  resources: object;
  lifecycle?: object;
  [other: string]: unknown;
}

interface Template {
  metadata: { labels: Record<string, string> };
  spec: { containers: Container[]; [other: string]: unknown };
}

/**
 * Starts a pod as a Deployment's pods are, without its preStop, which is not started again when it ends. `change` may change its container.
 * With the labels of the Deployment it has the same flows, and takes part in its Service.
 */
export async function startPodLike(
  cluster: Cluster,
  deployment: string,
  name: string,
  { labels, change = () => {} }: { labels?: Record<string, string>; change?: (container: Container) => void } = {},
): Promise<void> {
  const { spec } = await cluster.json<Thing & { spec: { template: Template } }>("get", "deployment", deployment);
  const { metadata, spec: pod } = spec.template;
  const [container] = structuredClone(pod.containers);
  delete container!.lifecycle;
  change(container!);
  await removePod(cluster, name);
  await cluster.apply(
    JSON.stringify({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, labels: labels ?? metadata.labels },
      spec: { ...pod, restartPolicy: "Never", terminationGracePeriodSeconds: 5, containers: [container] },
    }),
  );
}

/** At once, and waits until it is gone. */
export async function removePod(cluster: Cluster, name: string): Promise<void> {
  await cluster.kubectl(["delete", "pod", name, "--ignore-not-found", "--grace-period=1", "--wait=true"]);
}
