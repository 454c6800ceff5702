import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";

// What an image gets: what its workspace's package.json names in `dependencies`, and what these need (deploy/images/reached.ts). `npm ci
// --omit=dev --workspace services/booking` would take every workspace that one of them names in `devDependencies` as well.

type Manifest = { name: string; version?: string; dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const manifest = (folder: string) => JSON.parse(read(path.join(folder, "package.json"))) as Manifest;
const { workspaces, version } = JSON.parse(read("package.json")) as { workspaces: string[]; version: string };
const folders = globSync(
  workspaces.map((pattern) => `${pattern}/package.json`),
  { cwd: root },
).map((file) => path.dirname(file));
const all = new Map(folders.map((folder) => [manifest(folder).name, { folder, ...manifest(folder) }]));
// An operator's tools seed and try a system, as a developer does.
const operators = ["deploy/tools", "deploy/k8s/smoke"];
const images = folders.filter((folder) => /^(services\/|deploy\/|stripe-sandbox$)/.test(folder) && !operators.includes(folder));

describe("workspaces", () => {
  test("all have the version of the root: without one there is no list of what an image contains", () => {
    expect(folders.length).toBeGreaterThan(20);
    expect([...all.values()].filter((one) => one.version !== version).map(({ folder }) => folder)).toEqual([]);
  });

  test("none names another among its devDependencies, which would drag it into an image; the root links them all", () => {
    const dragging = [...all.values()].filter(({ devDependencies = {} }) => Object.keys(devDependencies).some((name) => all.has(name)));
    expect(dragging.map(({ folder }) => folder)).toEqual([]);
  });

  test.each(images)("%s needs nothing at run time that is for development", (folder) => {
    const development = ["dev", "e2e", "bench", "packages/testkit"];
    const needed = new Set([manifest(folder).name]);
    for (const name of needed) for (const next of Object.keys(all.get(name)!.dependencies ?? {})) if (all.has(next)) needed.add(next);
    expect([...needed].map((name) => all.get(name)!.folder).filter((one) => development.includes(one))).toEqual([]);
  });

  test("the web needs nothing at run time: all is built in", () => {
    expect(manifest("web").dependencies).toBeUndefined();
  });

  test.each(folders.filter((folder) => folder !== "web"))("%s declares every package that it imports", (folder) => {
    const { name, dependencies = {} } = manifest(folder);
    const undeclared = sources(folder).flatMap((file) =>
      packagesIn(read(file))
        .filter((one) => one !== name && !(one in dependencies))
        .map((one) => `${file}: ${one}`),
    );
    expect(undeclared).toEqual([]);
  });
});

/** Not the tests, nor what only they import: the root has what they need. */
const sources = (folder: string) =>
  globSync(`${folder}/**/*.{ts,mjs}`, { cwd: root, exclude: (name) => /(^|\/)(node_modules|gen)$/.test(name) }).filter(
    (file) =>
      !/\.test\.ts$/.test(file) &&
      (folder === "packages/testkit" || !/\/testing(\/|\.ts$)/.test(file)) &&
      !/^import .* from "(@jest\/globals|fast-check)";$/m.test(read(file)),
  );

/** The npm packages of static and dynamic imports, without the path inside them. */
const packagesIn = (text: string): string[] =>
  [...text.matchAll(/(?:^(?:import|export|\}) (?:.* )?from |^import |\bimport\()"(@[\w.-]+\/[\w.-]+|[a-z][\w.-]*)(?:\/[^"]*)?"/gm)].map(
    ([, name]) => name!,
  );
