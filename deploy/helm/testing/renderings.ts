import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { everything } from "./everything.ts";
import { manifestsIn, type Manifest } from "./manifest.ts";

const here = path.resolve(import.meta.dirname, "..");
const chart = path.join(here, "lacio");

export const profile = (name: string): string => path.join(chart, `values-${name}.yaml`);

/** Whose manifests are kept in rendered/: each values file alone, and one with all flags. */
export const renderings: { name: string; files: string[]; values: object }[] = [
  ...["minikube", "staging", "production"].map((name) => ({ name, files: [profile(name)], values: {} })),
  { name: "everything", files: [profile("minikube")], values: everything },
];

export const keptFile = (name: string): string => path.join(here, "rendered", `${name}.yaml`);

/** What `npm run chart` rendered. */
export const kept = (name: string): Manifest[] => manifestsIn(readFileSync(keptFile(name), "utf8"));

/** Where the fingerprint of what they were rendered from is kept. */
export const fingerprintFile = path.join(here, "rendered", "chart.sha256");

/** Of the chart and of the values above: tells without Helm whether what is kept was rendered from it. */
export function fingerprint(): string {
  const hash = createHash("sha256").update(JSON.stringify(everything));
  const files = globSync("**/*", { cwd: chart, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files.map(({ parentPath, name }) => path.join(parentPath, name)).sort())
    hash.update(path.relative(chart, file)).update(readFileSync(file));
  return hash.digest("hex");
}
