import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { developmentSecrets } from "@lacio/tools/development-secrets";
import { manifestsIn, type Manifest } from "./testing/manifest.ts";
import { podsOf, securityFaults } from "./testing/pods.ts";
import { schemaFaults } from "./testing/schemas.ts";

// deploy/k8s/dev: the servers that Lacio needs, as the chart's minikube values and the Secrets of `npm run secrets` expect them.
const root = path.resolve(import.meta.dirname, "../..");
const files = globSync("deploy/k8s/{namespace,{dev,databases,demo}/!(kustomization)}.yaml", { cwd: root });
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const all = files.flatMap((file) => manifestsIn(read(file)));
const pods = podsOf(all);
const secrets = developmentSecrets();

test("every manifest is one of Kubernetes 1.34, and kustomization.yaml names every file", () => {
  expect(all.length).toBeGreaterThan(20);
  expect(all.flatMap((one) => schemaFaults(one))).toEqual([]);
  const { resources } = manifestsIn(read("deploy/k8s/dev/kustomization.yaml"))[0] as Manifest & { resources: string[] };
  const own = resources.filter((one) => one !== "../databases").sort();
  expect(own).toEqual(globSync("*.yaml", { cwd: path.join(root, "deploy/k8s/dev"), exclude: ["kustomization.yaml"] }).sort());
});

describe.each(pods)("the pod of $name", ({ name, template }) => {
  const [container] = template.spec.containers;

  test("is allowed where `restricted` is enforced, and cannot write to its root", () => {
    expect(securityFaults(template)).toEqual([]);
    expect(container!.securityContext!.readOnlyRootFilesystem).toBe(true);
    expect(template.spec.automountServiceAccountToken).toBe(false);
    expect(template.metadata!.labels).toMatchObject({ "app.kubernetes.io/name": name });
  });

  test("finds its Secrets' keys among those that `npm run secrets` makes", () => {
    const known = new Set(Object.entries(secrets).flatMap(([secret, data]) => Object.keys(data).map((key) => `${secret} ${key}`)));
    expect(secretsOf(template.spec).filter((one) => !known.has(one) && !(one in secrets))).toEqual([]);
  });
});

test("the Job makes the database of every service", () => {
  const { envFrom } = pods.find(({ name }) => name === "databases")!.template.spec.containers[0]!;
  expect(envFrom).toEqual(
    Object.keys(permissions)
      .sort()
      .flatMap((name) =>
        [`lacio-${name}`, `lacio-${name}-migration`].map((secret) => ({ prefix: `${name.toUpperCase()}_`, secretRef: { name: secret } })),
      ),
  );
});

test("the values for minikube name these servers, with their ports", () => {
  const { networkPolicies } = manifestsIn(read("deploy/helm/lacio/values-minikube.yaml"))[0] as Manifest & { networkPolicies: Policies };
  const defaults = (manifestsIn(read("deploy/helm/lacio/values.yaml"))[0] as Manifest & { networkPolicies: Policies }).networkPolicies;
  for (const server of ["postgres", "nats", "redis", "smtp", "stripe"]) {
    const { to, ports = defaults[server]!.ports } = networkPolicies[server]!;
    const name = to![0]!.podSelector.matchLabels["app.kubernetes.io/name"]!;
    const listens = pods.find((pod) => pod.name === name)!.template.spec.containers[0]!.ports!.map(({ containerPort }) => containerPort);
    expect([server, listens]).toEqual([server, expect.arrayContaining(ports!)]);
  }
});

type Policies = Record<string, { to?: { podSelector: { matchLabels: Record<string, string> } }[]; ports?: number[] }>;

/** "<secret> <key>" of single keys, "<secret>" of whole ones. */
function secretsOf(spec: object): string[] {
  const found: string[] = [];
  JSON.stringify(spec, (field, value: unknown) => {
    const { name, key } = (value ?? {}) as { name?: string; key?: string };
    if (field === "secretKeyRef") found.push(`${name} ${key}`);
    if (field === "secretRef") found.push(name!);
    return value;
  });
  return found;
}
