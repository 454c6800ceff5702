import { kustomized } from "./release.ts";
import type { Smoke } from "./smoke.ts";
import { until } from "./until.ts";

/** A client's whole way, from registering to the invoice in the mailbox, by deploy/k8s/demo. @throws with its last lines when a step fails */
export async function demo(smoke: Smoke): Promise<void> {
  const { cluster } = smoke;
  await cluster.kubectl(["delete", "job", "demo", "--ignore-not-found", "--wait=true"]);
  await cluster.apply(await kustomized(smoke, "demo"));
  const ended = async () => {
    const { status } = await cluster.json<{ status: { succeeded?: number; failed?: number } }>("get", "job", "demo");
    return status.succeeded ? "well" : status.failed ? "badly" : undefined;
  };
  const outcome = await until(ended, { timeoutMs: 180_000 }).catch(() => "not at all");
  if (outcome === "well") return;
  throw new Error(`The demo ended ${outcome}:\n${await cluster.kubectl(["logs", "job/demo", "--tail=25"])}`);
}
