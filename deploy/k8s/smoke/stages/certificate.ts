import { ownCertificate } from "@lacio/testkit/system/own-certificate";
import { evaluating } from "../inside.ts";
import { endOf, startPod } from "../pods.ts";
import type { Smoke } from "../smoke.ts";
import { until } from "../until.ts";

const limitSeconds = 90;
const name = "smoke-certificate";

/** The kubelet brings a Secret to its pods within a minute or so; the edge reads it again then. */
export async function certificate(smoke: Smoke): Promise<void> {
  const { cluster, check, note } = smoke;
  await check(`a replaced certificate is served within ${limitSeconds} s, and no request fails meanwhile`, async () => {
    const { cert, key } = await ownCertificate(["localhost", "127.0.0.1", "edge", `edge.${cluster.namespace}.svc`]);
    const question = { oldCertificate: await cluster.secret("lacio-edge-tls", "tls.crt"), newCertificate: cert, seconds: 150 };
    await startPod(smoke, { name, command: ["node", ...evaluating("edge"), JSON.stringify(question)], env: {} });
    await says("asking");
    const since = Date.now();
    const stringData = { "tls.crt": cert, "tls.key": key };
    await cluster.kubectl(["patch", "secret", "lacio-edge-tls", "-p", JSON.stringify({ stringData })]);
    await says("new");
    const seconds = (Date.now() - since) / 1_000;
    const printed = await endOf(smoke, name, 60_000);
    const { requests, failed } = JSON.parse(printed.trim().split("\n").at(-1)!) as { requests: number; failed: string[] };
    if (failed.length > 0) throw new Error(`Of ${requests} requests ${failed.length} failed: ${[...new Set(failed)].join(", ")}`);
    if (seconds > limitSeconds) throw new Error(`It took ${seconds.toFixed(1)} s.`);
    note(`after ${seconds.toFixed(1)} s; ${requests} requests, each by a connection of its own, none failed`);
  });

  async function says(line: string): Promise<void> {
    await until(async () => (await cluster.kubectl(["logs", name])).split("\n").includes(line), { timeoutMs: 170_000 });
  }
}
