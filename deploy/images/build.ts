import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { findEngine } from "./engine.ts";
import { images, version, type Image } from "./images.ts";
import { billOf, inspect } from "./inspect.ts";

// `npm run images` builds all images, `npm run images -- booking web` two of them, with Podman or Docker: tagged lacio/<name>:<version>, tried,
// and with a bill of materials each in .lacio/images. From the environment come other bases (NODE_IMAGE, RUNTIME_IMAGE, ENVOY_IMAGE), another
// IMAGE_TAG, CONTAINER_ENGINE (podman or docker) where both are there, and IMAGE_BUILD_FLAGS, flags for every build. Ends with 1 when an image
// is too large or does not start.
const root = path.resolve(import.meta.dirname, "../..");
const bills = path.join(root, ".lacio/images");
const engine = findEngine();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !images.some((image) => image.name === name));
if (unknown.length > 0) throw new Error(`There is no image ${unknown.join(", ")}: ${images.map(({ name }) => name).join(", ")}`);

fs.mkdirSync(bills, { recursive: true });
const faults = images.filter(({ name }) => asked.length === 0 || asked.includes(name)).flatMap(build);
for (const fault of faults) console.error(`✗ ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;

function build(image: Image): string[] {
  const tag = `lacio/${image.name}:${process.env.IMAGE_TAG ?? version(root)}`;
  const values = {
    WORKSPACE: image.workspace,
    TITLE: `lacio/${image.name}`,
    DESCRIPTION: image.description,
    VERSION: version(root),
    REVISION: revision(),
    ...bases(),
  };
  const args = Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  const flags = (process.env.IMAGE_BUILD_FLAGS ?? "").split(" ").filter(Boolean);
  engine.show("build", ...flags, ...args, "--target", image.target, "--tag", tag, root);
  if (image.target !== "dev") fs.writeFileSync(path.join(bills, `${image.name}.cdx.json`), billOf(engine, image, tag));
  const { line, faults } = inspect(engine, image, tag, baseOf(image), values.REVISION);
  console.log(line);
  return faults.map((fault) => `${tag}: ${fault}`);
}

/** Those that are not the Dockerfile's own. */
function bases(): Record<string, string> {
  const names = ["NODE_IMAGE", "RUNTIME_IMAGE", "ENVOY_IMAGE"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/** What an image's own part is counted from. */
function baseOf({ target }: Image): string {
  const name = target === "dev" ? "NODE_IMAGE" : "RUNTIME_IMAGE";
  const [, byDefault] = new RegExp(`^ARG ${name}=(.+)$`, "m").exec(fs.readFileSync(path.join(root, "Dockerfile"), "utf8")) ?? [];
  return process.env[name] ?? byDefault!;
}

/** The commit that is built; one with a + when something is not committed. */
function revision(): string {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout.trim();
  return `${git("rev-parse", "HEAD") || "unknown"}${git("status", "--porcelain") ? "+" : ""}`;
}
