import fs from "node:fs";
import path from "node:path";
import { findEngine, type Engine } from "./engine.ts";
import { images, version } from "./images.ts";

// How a release gets the images that `npm run images` built on machines of two architectures into a registry, where the Docker that runs this is
// signed in:   publish.ts push ghcr.io/lacio-salon amd64       on each machine: lacio/booking:0.1.0 becomes …/lacio/booking:0.1.0-amd64
//              publish.ts join ghcr.io/lacio-salon amd64 arm64 then, once: …/lacio/booking:0.1.0 is either, and digests.sha256 names it
const root = path.resolve(import.meta.dirname, "../..");

/** Those that somebody installs: not the one that a developer's cluster changes while it runs. */
export const published = images.filter(({ target }) => target !== "dev").map(({ name }) => `lacio/${name}:${version(root)}`);

export function push(engine: Engine, registry: string, architecture: string): void {
  for (const image of published) {
    const remote = `${registry}/${image}-${architecture}`;
    engine.show("tag", image, remote);
    engine.show("push", remote);
  }
}

/** Answers a line for each image, as sha256sum writes them: its digest, and its name without the tag. @throws when a digest cannot be told */
export function join(engine: Engine, registry: string, architectures: string[]): string {
  const lines = published.map((image) => {
    const remote = `${registry}/${image}`;
    const parts = architectures.map((architecture) => `${remote}-${architecture}`);
    engine.show("buildx", "imagetools", "create", "--tag", remote, ...parts);
    const { stdout, stderr } = engine.ask("buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", remote);
    const [, digest] = /^sha256:([0-9a-f]{64})$/.exec(stdout.trim()) ?? [];
    if (!digest) throw new Error(`${remote} has no digest: ${stdout}${stderr}`);
    return `${digest}  ${remote.replace(/:[^:/]+$/, "")}\n`;
  });
  return lines.join("");
}

if (import.meta.main) {
  const [command, registry, ...architectures] = process.argv.slice(2);
  if (command === "push" && registry && architectures.length === 1) push(findEngine(), registry, architectures[0]!);
  else if (command === "join" && registry && architectures.length > 0)
    fs.writeFileSync(path.join(root, ".lacio/images/digests.sha256"), join(findEngine(), registry, architectures));
  else throw new Error("publish.ts push REGISTRY ARCHITECTURE, or publish.ts join REGISTRY ARCHITECTURE…");
}
