import fs from "node:fs";
import path from "node:path";
import { bill, type Lock } from "./bill.ts";
import { isTest, leftOut } from "./left-out.ts";
import { reached, type Package } from "./reached.ts";

// `node deploy/images/gather.ts services/booking /out REVISION`, in the Dockerfile: takes out of an installed repository what one image needs.
if (import.meta.main) {
  const [workspace, out, revision] = process.argv.slice(2);
  if (!workspace || !out || !revision) throw new Error("usage: node deploy/images/gather.ts WORKSPACE OUT REVISION");
  gather(process.cwd(), workspace, revision, { packages: path.join(out, "packages"), sources: path.join(out, "sources") });
}

/**
 * Copies the workspace, the workspaces that it reaches and all their packages, at the same places as in the repository, without what nobody
 * needs at run time. `packages` is a folder for what comes from npm, which seldom changes and is a layer of its own, equal in images with
 * equal packages; `sources` is one for what is ours, with sbom.json and main.ts, a link to the workspace's.
 */
export function gather(root: string, workspace: string, revision: string, to: { packages: string; sources: string }): void {
  for (const folder of Object.values(to)) fs.mkdirSync(folder, { recursive: true }); // the Dockerfile copies both, also when one stays empty
  const needed = reached(root, workspace);
  for (const one of needed) {
    if (isOurs(one)) takeWorkspace(root, one, workspace, to.sources);
    else takePackage(root, one, to.packages);
  }
  settleTimes(to.packages);
  const manifest = read<{ name: string; version: string }>(path.join(root, "package.json"));
  const lock = read<Lock>(path.join(root, "package-lock.json"));
  const title = needed.find(({ place }) => place === workspace)!.name;
  fs.writeFileSync(
    path.join(to.sources, "sbom.json"),
    JSON.stringify(bill({ name: title, version: manifest.version, revision }, needed, lock), null, 1),
  );
  fs.copyFileSync(path.join(root, "LICENSE"), path.join(to.sources, "LICENSE"));
  if (fs.existsSync(path.join(to.sources, workspace, "main.ts")))
    fs.symlinkSync(path.join(workspace, "main.ts"), path.join(to.sources, "main.ts"));
}

function isOurs({ place }: Package): boolean {
  return !place.includes("node_modules");
}

function read<T>(file: string): T {
  return JSON.parse(fs.readFileSync(file, "utf8")) as T;
}

function takePackage(root: string, { name, place }: Package, to: string) {
  for (const file of filesOf(path.join(root, place)))
    if (!leftOut(name, file)) copy(path.join(root, place, file), path.join(to, place, file));
}

/** Of the web only what was built: its server has bundled what it needs of its sources and of ours. */
function takeWorkspace(root: string, { name, place }: Package, workspace: string, to: string) {
  if (place === "web") {
    for (const file of filesOf(path.join(root, "web/build")))
      if (!file.endsWith(".map")) copy(path.join(root, "web/build", file), path.join(to, "build", file));
    return copy(path.join(root, "web/package.json"), path.join(to, "package.json"));
  }
  for (const file of filesOf(path.join(root, place)))
    if (!isTest(place, file)) copy(path.join(root, place, file), path.join(to, place, file));
  if (place === workspace) return;
  const link = path.join(to, "node_modules", name);
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.symlinkSync(path.relative(path.dirname(link), path.join(to, place)), link);
}

/** Files and links below a folder, without its node_modules: what lies there is a package of its own. */
function filesOf(folder: string, inside = ""): string[] {
  return fs.readdirSync(path.join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(inside, entry.name);
    if (!entry.isDirectory()) return [file];
    return entry.name === "node_modules" ? [] : filesOf(folder, file);
  });
}

/** With the time of its last change, by which the web's server tells browsers whether a file is still the same. */
function copy(from: string, to: string) {
  const { mtime, mode } = fs.lstatSync(from);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  if ((mode & fs.constants.S_IFMT) === fs.constants.S_IFLNK) return fs.symlinkSync(fs.readlinkSync(from), to);
  fs.copyFileSync(from, to);
  fs.utimesSync(to, mtime, mtime);
}

/** npm's files have the time of their installation: one that is always the same lets the builder see that a layer is the same. */
function settleTimes(folder: string) {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    fs.lutimesSync(path.join(entry.parentPath, entry.name), 0, 0);
  fs.lutimesSync(folder, 0, 0);
}
