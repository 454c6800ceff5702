import type { Smoke } from "../smoke.ts";
import { underLoad } from "../under-load.ts";

/** Every pod of the chart is replaced at once; the development servers stay. */
export const rollout = (smoke: Smoke): Promise<void> =>
  underLoad(smoke, "rollout restart of everything", async () => {
    await smoke.cluster.kubectl(["rollout", "restart", "deployment", "-l", "app.kubernetes.io/part-of=lacio"]);
    await smoke.cluster.rolledOut();
    await smoke.cluster.settled();
  });
