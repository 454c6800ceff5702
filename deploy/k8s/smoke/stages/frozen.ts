import { demo } from "../demo.ts";
import { inside, startInside } from "../inside.ts";
import { isReady, noRestartsSince, ready, running } from "../ready.ts";
import { upgrade } from "../release.ts";
import type { Smoke } from "../smoke.ts";
import type { Cluster } from "../cluster.ts";
import { until } from "../until.ts";

const limitSeconds = 60;

/**
 * A leader that stops in the middle of what it does, and whose connections stay open: the hardest way to lose one. Its lock ends when PostgreSQL
 * hears nothing from it for 20 s, and the kubelet starts it again when it has not answered for half a minute.
 */
export async function frozen(smoke: Smoke): Promise<void> {
  const { cluster, check, note } = smoke;
  await upgrade(smoke, { services: { booking: { worker: { replicas: 2 } } } });
  await cluster.settled();
  await check(
    `booking's leader frozen: another leads and all is ready within ${limitSeconds} s, nothing else was started again, the demo passes`,
    async () => {
      const before = await cluster.restarts();
      const leader = await until(() => leaderOf(cluster, "booking"), { timeoutMs: 60_000 });
      const freezing = startInside(cluster, leader, "freeze", {});
      try {
        if ((await freezing.said()) !== "frozen") throw new Error(`${leader} could not be frozen.`);
        const since = Date.now();
        const seconds = () => ((Date.now() - since) / 1_000).toFixed(1);
        const successor = await until(() => leaderOf(cluster, "booking", leader), { timeoutMs: limitSeconds * 1_000 });
        note(`${leader} was frozen, ${successor} leads after ${seconds()} s`);
        await demo(smoke);
        // Readiness is slow to go: until the kubelet has started it again, the frozen one may still count as ready.
        const startedAgain = async () => ((await cluster.restarts())[leader] ?? 0) > (before[leader] ?? 0);
        await until(startedAgain, { timeoutMs: limitSeconds * 1_000 - (Date.now() - since) });
        await ready(cluster, limitSeconds - (Date.now() - since) / 1_000);
        note(`all is ready after ${seconds()} s`);
        await noRestartsSince(cluster, before, [leader]);
      } finally {
        freezing.kill();
        await cluster.kubectl(["delete", "pod", leader, "--grace-period=1", "--wait=true"]);
      }
    },
  );
  await upgrade(smoke);
}

/** The ready worker that says that it leads (lacio_leading), but `frozen`. */
async function leaderOf(cluster: Cluster, service: string, frozen = ""): Promise<string | undefined> {
  const workers = await running(cluster, `app.kubernetes.io/name=${service},app.kubernetes.io/component=worker`);
  for (const { metadata } of workers.filter((pod) => isReady(pod) && pod.metadata.name !== frozen)) {
    const [metrics] = await inside<{ text: string }[]>(cluster, metadata.name, "get", ["http://127.0.0.1:9090/metrics"]);
    if (/^lacio_leading\b.* 1$/m.test(metrics!.text)) return metadata.name;
  }
  return undefined;
}
