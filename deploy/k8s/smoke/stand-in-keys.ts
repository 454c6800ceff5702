import { evaluating } from "./inside.ts";
import type { Container } from "./pod-like.ts";
import { startPod } from "./pods.ts";
import { isReady, type Pod } from "./ready.ts";
import type { Smoke } from "./smoke.ts";
import { until } from "./until.ts";

const name = "smoke-keys";
const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "lacio-tools" };

export const keysUrl = `http://${name}:8080/`;

/** Lets booking ask a stand-in, which is not there yet, for the API server's keys: the API server itself cannot be away without harm. */
export async function expectKeysStandIn({ cluster }: Smoke): Promise<void> {
  const port = { protocol: "TCP", port: 8080 };
  const booking = { "app.kubernetes.io/name": "booking", "app.kubernetes.io/component": "rpc" };
  const flow = { to: [{ podSelector: { matchLabels: labels } }], ports: [port] };
  const items = [
    { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { selector: labels, ports: [port] } },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name },
      spec: { podSelector: { matchLabels: booking }, policyTypes: ["Egress"], egress: [flow] },
    },
  ];
  await cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

export const askingTheStandIn = ({ env }: Container) =>
  void Object.assign(
    env.find((one) => one.name === "SERVICE_TOKEN_JWKS")!,
    { value: keysUrl },
  );

/** With the keys that the API server has now. */
export async function startKeysStandIn(smoke: Smoke): Promise<void> {
  const keys = await smoke.cluster.kubectl(["get", "--raw", "/openid/v1/jwks"]);
  await startPod(smoke, { name, command: ["node", ...evaluating("keys"), keys], env: {} });
  await until(async () => isReady(await smoke.cluster.json<Pod>("get", "pod", name)), { timeoutMs: 60_000 });
}

export async function removeKeysStandIn({ cluster }: Smoke): Promise<void> {
  await cluster.kubectl(["delete", "pod,service,networkpolicy", name, "--ignore-not-found"]);
}
