import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { manifestsIn, type Manifest } from "@lacio/helm/testing/manifest";
import type { Cluster } from "./cluster.ts";

/** Go modules whose sources hold the CRDs of what the chart can make, and the folder in them. */
const modules = {
  "github.com/kedacore/keda/v2@v2.21.0": "config/crd/bases",
  "sigs.k8s.io/gateway-api@v1.6.3": "config/crd/standard",
  "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd",
  "github.com/cert-manager/cert-manager@v1.21.2": "deploy/crds",
};

/** Makes the CRDs of these kinds that the cluster has not. Answers their names, which are to be dropped again. @throws when one is nowhere */
export async function makeCrds(cluster: Cluster, kinds: Set<string>, folder: string | undefined): Promise<string[]> {
  const there = new Set((await cluster.list("crds")).map(({ metadata }) => metadata.name));
  const folders = folder ? [folder] : await Promise.all(Object.entries(modules).map(([module, inside]) => download(module, inside)));
  const found = new Map<string, Manifest>();
  for (const file of folders.flatMap((one) => globSync(path.join(one, "**/*.y*ml"))))
    for (const definition of manifestsIn(readFileSync(file, "utf8"))) found.set(kindOf(definition), definition);
  const nowhere = [...kinds].filter((kind) => !found.has(kind));
  if (nowhere.length > 0) throw new Error(`No CRD of ${nowhere.join(", ")} in ${folders.join(", ")}.`);
  const missing = [...kinds].map((kind) => found.get(kind)!).filter(({ metadata }) => !there.has(metadata.name));
  const names = missing.map(({ metadata }) => metadata.name);
  for (const definition of missing) await cluster.kubectl(["create", "-f", "-"], { input: JSON.stringify(definition) });
  if (names.length > 0)
    await cluster.kubectl(["wait", "--for=condition=Established", "--timeout=60s", ...names.map((name) => `crd/${name}`)]);
  return names;
}

export const dropCrds = (cluster: Cluster, names: string[]): Promise<unknown> =>
  names.length > 0 ? cluster.kubectl(["delete", "crd", ...names]) : Promise.resolve();

/** As in keda.sh/ScaledObject, of the kind that a definition defines. */
function kindOf(definition: Manifest | undefined): string {
  const { group = "", names } = (definition?.spec ?? {}) as { group?: string; names?: { kind: string } };
  return `${group}/${names?.kind}`;
}

async function download(module: string, inside: string): Promise<string> {
  const asked = ["mod", "download", "-json", module];
  const { stdout } = await promisify(execFile)("go", asked, { cwd: os.tmpdir(), timeout: 300_000 }).catch((error: Error) => {
    throw new Error(`CRDs come from Go's module proxy (${error.message}): give them with --crds.`, { cause: error });
  });
  return path.join((JSON.parse(stdout) as { Dir: string }).Dir, inside);
}
