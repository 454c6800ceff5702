import { readFileSync } from "node:fs";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";

const root = path.resolve(import.meta.dirname, "../../..");

/** A file of the repository, by its path from the root. */
export const textOf = (file: string): string => readFileSync(path.join(root, file), "utf8");
export const yamlOf = <T>(file: string): T => parse(textOf(file), { merge: true }) as T;
export const documentsOf = <T>(file: string): T[] => parseAllDocuments(textOf(file)).map((one) => one.toJS() as T);

export interface Compose {
  services: Record<string, ComposeService>;
  volumes: object;
  "x-peers": Record<string, string>;
  "x-environment": Record<string, string>;
}

export interface ComposeService {
  image: string;
  build?: { context: string; target: string; args: Record<string, string> };
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  user?: string;
  restart?: string;
  depends_on?: Record<string, { condition: string }>;
}

export interface Skaffold {
  metadata: { name: string };
  build: { artifacts: { image: string; docker: { dockerfile: string; target: string; buildArgs: Record<string, string> } }[] };
  manifests?: { kustomize: { paths: string[] }; hooks: object };
  deploy: { helm?: { releases: { name: string; chartPath: string; namespace: string; valuesFiles: string[] }[] } };
  portForward: { resourceName: string; port: number; localPort: number }[];
}
