import { readFileSync } from "node:fs";
import path from "node:path";
import { manifestsIn, type Manifest } from "@lacio/helm/testing/manifest";
import { parse } from "yaml";

const root = path.resolve(import.meta.dirname, "../../..");

/** What `kubectl kustomize` would print of a folder that only lists resources and changes tags of images, but for its labels. */
export function kustomized(folder: string): Manifest[] {
  const read = (file: string) => readFileSync(path.join(root, folder, file), "utf8");
  const { resources, images } = parse(read("kustomization.yaml")) as { resources: string[]; images: { name: string; newTag: string }[] };
  return resources.flatMap((file) => {
    const text = images.reduce((all, { name, newTag }) => all.replaceAll(`image: ${name}\n`, `image: ${name}:${newTag}\n`), read(file));
    return manifestsIn(text);
  });
}
