import type { Smoke } from "./smoke.ts";
import { endOf, startPod } from "./pods.ts";

/** A client's whole way, from registering to the invoice in the mailbox, by a pod. @throws with its last lines when a step fails */
export async function demo(smoke: Smoke): Promise<void> {
  await startPod(smoke, {
    name: "smoke-demo",
    command: ["node", "dev/demo.ts"],
    env: { MAIL_URL: "http://maildev:1080", CHECKOUT_URL: "http://stripe-sandbox:8080" },
  });
  await endOf(smoke, "smoke-demo", 180_000);
}
