import type { Report } from "@lacio/tools/load/report";
import { openSalon } from "@lacio/e2e/salon";
import type { Smoke } from "./smoke.ts";
import { endOf, startPod } from "./pods.ts";
import { withSystem } from "./system.ts";

const name = "smoke-load";

/**
 * Starts a pod that does so many requests at the edge, sales among them, in a salon of its own, so that no two loads want the same hour.
 * `ended` answers its report; `requestsPerSecond` is a rate at which two cores have time left for what else happens.
 */
export async function startLoad(smoke: Smoke, { requests = 5_000, requestsPerSecond = 25 } = {}): Promise<{ ended: Promise<Report> }> {
  const { serviceId, staffIds } = await withSystem(smoke.cluster, (system) => openSalon(system, { stylists: 8 }));
  await startPod(smoke, {
    name,
    command: ["node", "deploy/tools/load.ts"],
    env: {
      CHECKOUT_URL: "http://stripe-sandbox:8080",
      LOAD_SERVICE_ID: serviceId,
      LOAD_STAFF_IDS: staffIds.join(),
      LOAD_REQUESTS: String(requests),
      LOAD_REQUESTS_PER_SECOND: String(requestsPerSecond),
    },
  });
  const ended = endOf(smoke, name, 900_000).then((printed) => JSON.parse(printed.trim().split("\n").at(-1)!) as Report);
  ended.catch(() => {}); // who waits for it hears of it
  return { ended };
}
