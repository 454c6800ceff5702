import { setTimeout as sleep } from "node:timers/promises";
import { permissions } from "@lacio/permissions/table";
import type { Cluster, Thing } from "../cluster.ts";
import { evaluating, inside } from "../inside.ts";
import { removePod, startPodLike } from "../pod-like.ts";
import { isReady, podOf, running, type Pod } from "../ready.ts";
import type { Smoke } from "../smoke.ts";
import { until } from "../until.ts";

const times = 1.3;
const wholeGigabytes = 2.5;
const restSeconds = 30;

/** Everything at rest, after a start: what a service adds to Node and its libraries, and what the whole takes of a node. */
export async function memory({ cluster, check, note }: Smoke): Promise<void> {
  await cluster.kubectl(["rollout", "restart", "deployment", "-l", "app.kubernetes.io/part-of=lacio"]);
  await cluster.rolledOut();
  await cluster.settled();
  await sleep(restSeconds * 1_000); // at rest is not a condition that can be waited for

  await check(`everything, rpc and worker apart, has a working set of at most ${wholeGigabytes} GB`, async () => {
    const pods = await workingSets(cluster);
    const sum = [...pods.values()].reduce((all, one) => all + one, 0) / 1e9;
    note(
      `${pods.size} pods: ${sum.toFixed(2)} GB\n${[...pods].map(([name, bytes]) => `${name} ${Math.round(bytes / 1e6)}`).join(", ")} MB`,
    );
    if (sum > wholeGigabytes) throw new Error(`It is ${sum.toFixed(2)} GB.`);
  });

  const services = Object.keys(permissions);
  try {
    await Promise.all(services.map((service) => startLibraries(cluster, service)));
    await sleep(restSeconds * 1_000);
    for (const service of services) await beside(service);
  } finally {
    for (const service of services) await removePod(cluster, alone(service));
  }

  async function beside(service: string): Promise<void> {
    await check(`${service} at rest: at most ${times} times the anonymous memory of Node with the same libraries`, async () => {
      const libraries = await anonymous(cluster, alone(service));
      for (const component of ["rpc", "worker"]) {
        const own = await anonymous(cluster, (await podOf(cluster, service, component)).metadata.name);
        note(`${component} ${own.toFixed(0)} MB, libraries ${libraries.toFixed(0)} MB: ${(own / libraries).toFixed(2)} times`);
        if (own > libraries * times) throw new Error(`${component} has ${(own / libraries).toFixed(2)} times as much.`);
      }
    });
  }
}

const anonymous = (cluster: Cluster, pod: string) => inside<number>(cluster, pod, "memory", {});

const alone = (service: string) => `smoke-libraries-${service}`;

/** A pod of the same image, with the same limits, that imports what the service imports from npm, and rests. */
async function startLibraries(cluster: Cluster, service: string): Promise<void> {
  await startPodLike(cluster, `${service}-rpc`, alone(service), {
    labels: { "app.kubernetes.io/name": alone(service), "app.kubernetes.io/part-of": "lacio-tools" },
    change: (container) => {
      container.command = ["node", "--import", "@lacio/chassis/telemetry-hook", ...evaluating("libraries")];
      for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) delete container[probe];
    },
  });
  await until(async () => isReady(await cluster.json<Pod>("get", "pod", alone(service))), { timeoutMs: 60_000 });
}

interface Summary {
  pods: { podRef: { name: string; namespace: string }; memory?: { workingSetBytes?: number } }[];
}

/** Bytes by pod, as the kubelets count them, who do without a metrics server. */
async function workingSets(cluster: Cluster): Promise<Map<string, number>> {
  const ours = new Set((await running(cluster)).map(({ metadata }) => metadata.name));
  const nodes = (await cluster.list<Thing>("nodes")).map(({ metadata }) => metadata.name);
  const summaries = await Promise.all(nodes.map((node) => cluster.kubectl(["get", "--raw", `/api/v1/nodes/${node}/proxy/stats/summary`])));
  const pods = summaries.flatMap((text) => (JSON.parse(text) as Summary).pods);
  const mine = pods.filter(({ podRef }) => podRef.namespace === cluster.namespace && ours.has(podRef.name));
  if (mine.length < ours.size) throw new Error(`The kubelets know ${mine.length} of ${ours.size} pods.`);
  return new Map(mine.map(({ podRef, memory: used }) => [podRef.name, used?.workingSetBytes ?? 0]));
}
