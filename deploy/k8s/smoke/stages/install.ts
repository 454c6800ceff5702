import { demo } from "../demo.ts";
import { makeNamespace } from "../namespace.ts";
import { manifestOf } from "../pods.ts";
import { applyDevParts, upgrade } from "../release.ts";
import type { Smoke } from "../smoke.ts";

/** From nothing, with development servers and a seeded salon. */
export async function install(smoke: Smoke): Promise<void> {
  const { cluster, check, options } = smoke;
  await makeNamespace(cluster);
  await check("it is installed from nothing in three minutes", async () => {
    const since = Date.now();
    await applyDevParts(smoke);
    await upgrade(smoke);
    const seconds = (Date.now() - since) / 1_000;
    if (seconds > 180) throw new Error(`It took ${seconds} s.`);
  });
  await check("its namespace refuses a pod that is not restricted, and takes one that is", async () => {
    const pod = manifestOf({ name: "smoke-privileged", command: ["true"], env: {} }, options);
    const asked = () => cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { input: JSON.stringify(pod) });
    await asked();
    Object.assign(pod.spec.containers[0]!.securityContext, { privileged: true, allowPrivilegeEscalation: true });
    const answer = await asked().catch(String);
    if (!answer.includes('violates PodSecurity "restricted')) throw new Error(`The API server says: ${answer}`);
  });
  await check("the demo passes as a pod", () => demo(smoke));
  await check("no container was started twice", async () => {
    const restarts = await cluster.restarts();
    if (Object.keys(restarts).length > 0) throw new Error(JSON.stringify(restarts));
  });
}
