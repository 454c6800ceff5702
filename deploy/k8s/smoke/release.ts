import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { Cluster } from "./cluster.ts";
import { chart, imageOf } from "./images.ts";
import type { Smoke } from "./smoke.ts";

export const release = "lacio";
const root = path.resolve(import.meta.dirname, "../../..");

/** What an operator makes before the chart: Secrets, and the development servers with their databases. */
export async function applyDevParts(smoke: Smoke): Promise<void> {
  const { cluster } = smoke;
  const secrets = ["deploy/tools/secrets.ts", "--namespace", cluster.namespace];
  const { stdout } = await promisify(execFile)(process.execPath, secrets, { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  await cluster.kubectl(["create", "-f", "-"], { input: stdout });
  await cluster.apply(await kustomized(smoke, "dev"));
  await cluster.kubectl(["wait", "job/databases", "--for=condition=Complete", "--timeout=120s"], { timeoutMs: 130_000 });
}

/** A folder of deploy/k8s, `dev` or `demo`, as kustomize renders it, with the images that are tried. */
export async function kustomized({ cluster, options }: Pick<Smoke, "cluster" | "options">, folder: "dev" | "demo"): Promise<string> {
  const rendered = await cluster.kubectl(["kustomize", path.join(root, "deploy/k8s", folder)]);
  return rendered.replace(/image: lacio\/([a-z-]+)(:\S+)?/g, (_, name: string) => `image: ${imageOf(name, options)}`);
}

/** Helm's upgrade --install with smoke's values and `values` over them; it waits until all is ready. @throws with what Helm says */
export async function upgrade({ cluster, options }: Smoke, values: object = {}, { timeoutSeconds = 300 } = {}): Promise<void> {
  const files = [path.join(chart, "values-minikube.yaml"), path.join(import.meta.dirname, "values.yaml"), ...options.values, "-"];
  const { issuer } = JSON.parse(await cluster.kubectl(["get", "--raw", "/.well-known/openid-configuration"])) as { issuer: string };
  const keysAt = `networkPolicies.apiServer=${JSON.stringify(await apiServerOf(cluster))}`;
  const image = [`image.registry=${options.registry}`, ...(options.tag ? [`image.tag=${options.tag}`] : [])];
  const set = [...image, `identity.issuer=${issuer}`].flatMap((one) => ["--set-string", one]);
  set.push("--set-json", keysAt);
  // What a stage has changed by hand becomes Helm's again: it would refuse to change what kubectl owns.
  const wait = ["--force-conflicts", "--wait", "--timeout", `${timeoutSeconds}s`];
  await cluster.helm(["upgrade", "--install", release, chart, ...files.flatMap((file) => ["-f", file]), ...set, ...wait], {
    input: stringify(values),
    timeoutMs: (timeoutSeconds + 30) * 1_000,
  });
}

/** Where it is behind the Service kubernetes, as a value of the chart. The default is a guess that holds pods' addresses, too. */
async function apiServerOf(cluster: Cluster): Promise<{ to: object[]; ports: number[] }> {
  const ofKubernetes = ["get", "endpointslices", "--namespace=default", "-l", "kubernetes.io/service-name=kubernetes"];
  const { items } = await cluster.json<{ items: { endpoints: { addresses: string[] }[]; ports: { port: number }[] }[] }>(...ofKubernetes);
  const addresses = items.flatMap(({ endpoints }) => endpoints.flatMap((one) => one.addresses));
  const to = addresses.map((address) => ({ ipBlock: { cidr: `${address}/${address.includes(":") ? 128 : 32}` } }));
  return { to, ports: items.flatMap(({ ports }) => ports.map(({ port }) => port)) };
}
