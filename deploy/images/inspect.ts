import type { Engine } from "./engine.ts";
import type { Image } from "./images.ts";

/** The size of a built image in one line, and what is wrong with it, in words. `revision` is the commit that it has to be of. */
export function inspect(engine: Engine, image: Image, tag: string, base: string, revision: string): { line: string; faults: string[] } {
  const size = bytes(engine, tag) / 1e6;
  const own = size - bytes(engine, base) / 1e6;
  const line = `${tag.padEnd(36)} ${size.toFixed(1)} MB, of it its own ${own.toFixed(1)} MB (at most ${image.ownMb})`;
  const tooLarge = own > image.ownMb ? [`its own part is ${own.toFixed(1)} MB, more than ${image.ownMb}`] : [];
  const labelled = engine
    .ask("image", "inspect", "--format", `{{index .Config.Labels "org.opencontainers.image.revision"}}`, tag)
    .stdout.trim();
  const stale = labelled === revision ? [] : [`its label says that it is of ${labelled}, not of ${revision}`];
  return { line, faults: [...tooLarge, ...stale, ...(image.refusesNothing ? faultsOfStart(engine, tag) : [])] };
}

/**
 * Started as in a cluster, but with an environment that asks only for traces, whose modules are loaded for nobody else: it has to load all its
 * modules, and to say which variables are missing.
 */
function faultsOfStart(engine: Engine, tag: string): string[] {
  const asInACluster = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", "none"];
  const traces = ["--env", "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318"];
  const { status, stdout, stderr } = engine.ask("run", "--rm", ...asInACluster, ...traces, tag);
  const named = /\b[A-Z]+_[A-Z_]+\b/.test(stderr);
  return status === 78 && named
    ? []
    : [`without an environment it ends with ${status}, not with 78 and the names of what is missing:\n${stdout}${stderr}`];
}

/**
 * The image's bill of materials: the packages, which the image has in /app/sbom.json, and the programs that it answers the version of. The
 * Debian packages of RUNTIME_IMAGE are on the bill of that image.
 */
export function billOf(engine: Engine, image: Image, tag: string): string {
  const run = ["run", "--rm", "--network", "none", tag];
  const { status, stdout, stderr } = engine.ask(...run, "node", "-p", `fs.readFileSync("/app/sbom.json", "utf8")`);
  if (status !== 0) throw new Error(`${tag} has no bill of materials: ${stderr}`);
  const bill = JSON.parse(stdout) as { components: object[] };
  const programs = image.target === "edge" ? ["node", "envoy"] : ["node"];
  for (const name of programs) {
    const [version] = /\d+\.\d+\.\d+/.exec(engine.ask(...run, name, "--version").stdout) ?? ["unknown"];
    bill.components.push({ type: "application", "bom-ref": name, name, version, purl: `pkg:generic/${name}@${version}` });
  }
  return JSON.stringify(bill, null, 1);
}

/** Docker's builder does not keep the base that it pulled. */
function bytes(engine: Engine, tag: string): number {
  const size = () => engine.ask("image", "inspect", "--format", "{{.Size}}", tag);
  if (size().status !== 0) engine.show("pull", tag);
  return Number(size().stdout);
}
