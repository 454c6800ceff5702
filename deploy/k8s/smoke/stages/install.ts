import type { Smoke } from "../smoke.ts";
import { demo } from "../demo.ts";
import { makeNamespace } from "../namespace.ts";
import { applyDevParts, upgrade } from "../release.ts";

/** From nothing, with development servers and a seeded salon. */
export async function install(smoke: Smoke): Promise<void> {
  const { cluster, check } = smoke;
  await check("it is installed from nothing in three minutes", async () => {
    await makeNamespace(cluster);
    const since = Date.now();
    await applyDevParts(smoke);
    await upgrade(smoke);
    const seconds = (Date.now() - since) / 1_000;
    if (seconds > 180) throw new Error(`It took ${seconds} s.`);
  });
  await check("the demo passes as a pod", () => demo(smoke));
}
