import type { Report } from "@lacio/tools/load/report";
import type { Cluster, Thing } from "../cluster.ts";
import { demo } from "../demo.ts";
import { evaluating } from "../inside.ts";
import { expectNothingLostOrTwice } from "../invariants.ts";
import { startLoad } from "../load.ts";
import { removePod } from "../pod-like.ts";
import { startPod } from "../pods.ts";
import { ready, running } from "../ready.ts";
import { upgrade } from "../release.ts";
import type { Smoke } from "../smoke.ts";
import { until } from "../until.ts";

/** More replicas, and fewer: by values, as an operator would, and by load. */
export async function scale(smoke: Smoke): Promise<void> {
  const { cluster, check, note } = smoke;

  await check("two replicas of everything: the demo passes, and under load nothing fails and nothing is done twice", async () => {
    await upgrade(smoke, { defaults: { replicas: 2 } });
    await ready(cluster, 60);
    await demo(smoke);
    const load = await startLoad(smoke, { requests: 1_500 });
    await allRight(smoke, await load.ended);
    note(`${(await running(cluster, "app.kubernetes.io/part-of=lacio")).length} pods`);
  });
  await upgrade(smoke);
  await cluster.settled();

  await check("booking's worker 1 → 4 → 1 under load: nothing fails and nothing is done twice", async () => {
    const load = await startLoad(smoke);
    let over = false;
    void load.ended.finally(() => (over = true)).catch(() => {});
    for (const replicas of [4, 1]) {
      await upgrade(smoke, { services: { booking: { worker: { replicas } } } });
      await until(async () => (await workers(cluster)) === replicas, { timeoutMs: 120_000 });
      if (over) throw new Error("The load was over before it had as many.");
    }
    await allRight(smoke, await load.ended);
  });

  await check("by load: the catalogue's replicas 2 → 3 → 2", () => byLoad(smoke));
  await removePod(cluster, "smoke-press");
  await upgrade(smoke);
  await cluster.settled();
}

async function allRight(smoke: Smoke, report: Report): Promise<void> {
  const { requests, seconds, failed, sales } = report;
  if (failed.length > 0) throw new Error(`Of ${requests} requests ${failed.length} failed: ${JSON.stringify(failed.slice(0, 10))}`);
  await expectNothingLostOrTwice(smoke, report);
  smoke.note(`${requests} requests in ${seconds} s and ${sales.length} sales`);
}

const needsMetrics =
  "A HorizontalPodAutoscaler needs metrics-server: https://github.com/kubernetes-sigs/metrics-server#installation (kind: with " +
  "--kubelet-insecure-tls), or `minikube addons enable metrics-server`.";

const workers = async (cluster: Cluster) =>
  (await running(cluster, "app.kubernetes.io/name=booking,app.kubernetes.io/component=worker")).length;

async function byLoad(smoke: Smoke): Promise<void> {
  const { cluster, note } = smoke;
  await cluster.kubectl(["get", "--raw", "/apis/metrics.k8s.io/v1beta1"]).catch((error: unknown) => {
    throw new Error(needsMetrics, { cause: error });
  });
  const autoscaling = { enabled: true, minReplicas: 2, maxReplicas: 3, cpuPercent: 50 };
  await upgrade(smoke, { services: { staff: { rpc: { autoscaling, resources: { requests: { cpu: "100m" } } } } } });
  await has(cluster, 2, 120);
  await startPod(smoke, { name: "smoke-press", command: ["node", ...evaluating("press")], env: {} });
  note(`3 after ${await has(cluster, 3, 240)} s of load`);
  await removePod(cluster, "smoke-press");
  note(`2 again ${await has(cluster, 2, 480)} s after it`); // Kubernetes waits five minutes, by default, before it scales down
}

/** Waits until staff has so many replicas, and its autoscaler wants so many. Answers how many seconds that took. */
async function has(cluster: Cluster, replicas: number, limitSeconds: number): Promise<number> {
  const since = Date.now();
  const pods = async () => (await running(cluster, "app.kubernetes.io/name=staff,app.kubernetes.io/component=rpc")).length;
  const wanted = async () =>
    (await cluster.json<Thing & { status: { desiredReplicas: number } }>("get", "horizontalpodautoscaler", "staff-rpc")).status
      .desiredReplicas;
  await until(async () => (await pods()) === replicas && (await wanted()) === replicas, { timeoutMs: limitSeconds * 1_000 });
  return Math.round((Date.now() - since) / 1_000);
}
