import { demo } from "../demo.ts";
import { noRestartsSince, ready, running } from "../ready.ts";
import type { Smoke } from "../smoke.ts";
import { until } from "../until.ts";

const limitSeconds = 30;

/** Every pod is deleted once, and the two servers that hold everything at the same time. */
export async function kills(smoke: Smoke): Promise<void> {
  const pods = (await running(smoke.cluster)).map(({ metadata }) => metadata.name).sort();
  for (const pod of pods) await deleted(smoke, [pod], pod.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, ""));
  await deleted(smoke, ["postgres-0", "nats-0"], "PostgreSQL and NATS together");
}

async function deleted(smoke: Smoke, pods: string[], what: string): Promise<void> {
  const { cluster, check, note } = smoke;
  await check(`${what} deleted: within ${limitSeconds} s all is ready and the demo passes; nothing else was started again`, async () => {
    const before = await cluster.restarts();
    const since = Date.now();
    const left = () => limitSeconds - (Date.now() - since) / 1_000;
    await cluster.kubectl(["delete", "pod", ...pods, "--wait=false"]);
    await ready(cluster, left());
    const readyAfter = limitSeconds - left();
    // The name of a service without a ready pod leads nowhere; who asked meanwhile, as the edge does, knows of the new pod a few seconds later.
    let tries = 0;
    const passes = async () => {
      tries++;
      await demo(smoke);
      return true;
    };
    await until(passes, { timeoutMs: left() * 1_000 });
    note(`ready after ${readyAfter.toFixed(1)} s; the demo passed when it was tried ${tries === 1 ? "once" : `${tries} times`}`);
    await noRestartsSince(cluster, before);
  });
}
