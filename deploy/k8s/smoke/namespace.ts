import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Cluster, Thing } from "./cluster.ts";

const manifest = path.resolve(import.meta.dirname, "../namespace.yaml");
const ours = { "app.kubernetes.io/managed-by": "lacio-smoke" };

/** @throws when the namespace exists and smoke did not make it */
export async function refuseForeignNamespace(cluster: Cluster): Promise<void> {
  const there = await find(cluster);
  if (there && there.metadata.labels?.["app.kubernetes.io/managed-by"] !== ours["app.kubernetes.io/managed-by"])
    throw new Error(`The namespace ${cluster.namespace} was not made by smoke, which would delete it: choose another one (--namespace).`);
}

/** An empty namespace, as deploy/k8s/namespace.yaml makes it. */
export async function makeNamespace(cluster: Cluster): Promise<void> {
  await dropNamespace(cluster);
  const object = parse(readFileSync(manifest, "utf8")) as Thing;
  Object.assign(object.metadata, { name: cluster.namespace, labels: { ...object.metadata.labels, ...ours } });
  await cluster.apply(JSON.stringify(object));
}

/** With all that is in it. */
export async function dropNamespace(cluster: Cluster): Promise<void> {
  await refuseForeignNamespace(cluster);
  await cluster.kubectl(["delete", "namespace", cluster.namespace, "--ignore-not-found", "--timeout=300s"], { timeoutMs: 310_000 });
}

async function find(cluster: Cluster): Promise<Thing | undefined> {
  const found = await cluster.kubectl(["get", "namespace", cluster.namespace, "--ignore-not-found", "-o", "json"]);
  return found.trim() ? (JSON.parse(found) as Thing) : undefined;
}
