import { readFileSync } from "node:fs";
import path from "node:path";
import { flowsDeclared } from "@lacio/helm/testing/flows";
import { permissions, type ServiceName } from "@lacio/permissions/table";
import type { Cluster } from "./cluster.ts";
import { chart } from "./images.ts";
import { inside } from "./inside.ts";
import { isReady, running, type Pod } from "./ready.ts";

/** A place to connect to, as it is written in a flow: "booking/rpc:8080", "postgres:5432". */
export interface Target {
  name: string;
  host: string;
  port: number;
}

export const apiServer = "kubernetes:443";
const serverOf = { redis: "valkey:6379", smtp: "maildev:1025", stripe: "stripe-sandbox:8080" };

/** What the table of permissions, and the chart for web and edge, declare: "booking/rpc -> postgres:5432". */
export function declared(): Set<string> {
  const { services } = JSON.parse(readFileSync(path.join(chart, "files/services.json"), "utf8")) as {
    services: Record<string, { ports: { http?: number } }>;
  };
  const doors = Object.keys(services).filter((name) => services[name]!.ports.http);
  const toServers = (Object.keys(permissions) as ServiceName[]).flatMap((name) => {
    const servers = ["postgres:5432", "nats:4222", ...permissions[name].servers.map((server) => serverOf[server])];
    return [...["rpc", "worker"].flatMap((part) => servers.map((to) => `${name}/${part} -> ${to}`)), `${name}/rpc -> ${apiServer}`];
  });
  return new Set([
    ...flowsDeclared(doors).filter((flow) => !flow.startsWith("seed/")),
    ...toServers,
    "provisioner/provisioner -> nats:4222",
    "stripe-sandbox -> payments/rpc:8081",
  ]);
}

/** A ready pod of each component by its name, "booking/rpc" or "postgres". */
export async function partners(cluster: Cluster): Promise<Map<string, Pod>> {
  const pods = (await running(cluster)).filter(isReady);
  const nameOf = ({ metadata: { labels = {} } }: Pod) =>
    [labels["app.kubernetes.io/name"], labels["app.kubernetes.io/component"]].filter(Boolean).join("/");
  return new Map(pods.map((pod) => [nameOf(pod), pod]));
}

/** Everywhere that something of ours listens, by the addresses of pods; and the API server, by its name. */
export function targets(pods: Map<string, Pod>): Target[] {
  const found = [...pods].flatMap(([name, { spec, status }]) => {
    const ports = (spec.containers as { ports?: { containerPort: number }[] }[]).flatMap((container) => container.ports ?? []);
    return ports.map(({ containerPort: port }) => ({ name: `${name}:${port}`, host: status.podIP!, port }));
  });
  return [...found, { name: apiServer, host: "kubernetes.default.svc", port: 443 }];
}

/** Tries from inside a pod: by target "open", or what went wrong. */
export async function connections(cluster: Cluster, pod: Pod, to: Target[]): Promise<Map<string, string>> {
  const question = { targets: to.map(({ host, port }) => [host, port]), timeoutMs: 3_000 };
  const outcomes = await inside<string[]>(cluster, pod.metadata.name, "connect", question);
  return new Map(to.map(({ name }, index) => [name, outcomes[index]!]));
}

/** Every pod of ours that has Node tries every target, four pods at a time: the outcome by flow. */
export async function everybodyTries(cluster: Cluster, pods: Map<string, Pod>, to: Target[]): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  const left = [...pods].filter(([name]) => name.includes("/") || name === "stripe-sandbox");
  const inTurn = async () => {
    for (let next: [string, Pod] | undefined; (next = left.pop());) {
      const [from, pod] = next;
      for (const [target, outcome] of await connections(cluster, pod, to)) outcomes.set(`${from} -> ${target}`, outcome);
    }
  };
  await Promise.all([inTurn(), inTurn(), inTurn(), inTurn()]);
  return outcomes;
}

/** Whether a flow leads from a pod to itself, which no policy is asked about: it shows that the target listens. */
export const isOwn = (flow: string): boolean => {
  const [from, to] = flow.split(" -> ");
  return to!.startsWith(`${from}:`);
};
