import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { manifestsIn, type Manifest } from "@lacio/helm/testing/manifest";
import { parse } from "yaml";

const root = path.resolve(import.meta.dirname, "../../..");

/** What `kubectl kustomize` would print of a folder that lists files and folders and changes tags of images, but for its labels. */
export function kustomized(folder: string): Manifest[] {
  const read = (file: string) => readFileSync(path.join(root, folder, file), "utf8");
  const { resources, images = [] } = parse(read("kustomization.yaml")) as Kustomization;
  const manifests = resources.flatMap((resource) =>
    statSync(path.join(root, folder, resource)).isDirectory() ? kustomized(path.join(folder, resource)) : manifestsIn(read(resource)),
  );
  return JSON.parse(JSON.stringify(manifests), (key, value: unknown) => {
    if (key !== "image" || typeof value !== "string") return value;
    const [, found] = /^(.+?)(:[^:/]+)?$/.exec(value)!;
    const image = images.find(({ name }) => name === found);
    return image ? `${image.newName ?? image.name}:${image.newTag}` : value;
  }) as Manifest[];
}

interface Kustomization {
  resources: string[];
  images?: { name: string; newName?: string; newTag: string }[];
}
