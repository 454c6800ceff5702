import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { manifestsIn, type Manifest } from "@lacio/helm/testing/manifest";
import { parse } from "yaml";

const root = path.resolve(import.meta.dirname, "../../..");

/** What `kubectl kustomize` would print of a folder that lists files and folders and changes tags of images, but for its labels. */
export function kustomized(folder: string): Manifest[] {
  const read = (file: string) => readFileSync(path.join(root, folder, file), "utf8");
  const { resources, images = [] } = parse(read("kustomization.yaml")) as Kustomization;
  return resources.flatMap((resource) => {
    if (statSync(path.join(root, folder, resource)).isDirectory()) return kustomized(path.join(folder, resource));
    return manifestsIn(
      images.reduce((text, { name, newTag }) => text.replaceAll(`image: ${name}\n`, `image: ${name}:${newTag}\n`), read(resource)),
    );
  });
}

interface Kustomization {
  resources: string[];
  images?: { name: string; newTag: string }[];
}
