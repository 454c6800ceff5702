import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import { binary } from "@lacio/testkit/programs/binaries";
import { DockerfileParser, type Cmd, type Entrypoint, type Instruction } from "dockerfile-ast";
import { images } from "./images.ts";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const dockerfile = DockerfileParser.parse(read("Dockerfile"));
const stages = new Map(dockerfile.getFROMs().map((from) => [from.getBuildStage() ?? "", { from, instructions: [] as Instruction[] }]));
let stage: string | undefined;
for (const instruction of dockerfile.getInstructions()) {
  if (instruction.getKeyword() === "FROM")
    stage = dockerfile
      .getFROMs()
      .find((from) => from.getRange().start.line === instruction.getRange().start.line)!
      .getBuildStage()!;
  else if (stage) stages.get(stage)!.instructions.push(instruction);
}

/** A stage's instructions after those of the stages that it is based on. */
function whole(name: string): Instruction[] {
  const { from, instructions } = stages.get(name)!;
  const base = from.getImage()!;
  return stages.has(base) ? [...whole(base), ...instructions] : instructions;
}

const last = (name: string, keyword: string): Instruction | undefined => whole(name).findLast((one) => one.getKeyword() === keyword);
const targets = [...new Set(images.map(({ target }) => target))];

describe("the list of images", () => {
  test("has every service of the table of permissions, and every workspace is there", () => {
    expect(images.filter(({ target }) => target === "service").map(({ name }) => name)).toEqual(Object.keys(permissions));
    expect(images.filter(({ workspace }) => !fs.existsSync(path.join(root, workspace, "package.json")))).toEqual([]);
    expect(new Set(images.map(({ name }) => name)).size).toBe(images.length);
  });

  test("what runs by main.ts has one", () => {
    const running = images.filter(({ target }) => ["service", "program", "edge"].includes(target));
    expect(running.filter(({ workspace }) => !fs.existsSync(path.join(root, workspace, "main.ts")))).toEqual([]);
  });

  test("names no image that there is none of", () => {
    const { status, stderr } = spawnSync(process.execPath, ["deploy/images/build.ts", "bookings"], { cwd: root, encoding: "utf8" });
    expect(stderr).toMatch(/There is no image bookings: auth, .*, web|Images need Podman or Docker/);
    expect(status).toBe(1);
  });
});

describe("the Dockerfile", () => {
  test("takes its bases from arguments, which name a version of an official image", () => {
    const bases = [...stages.values()].map(({ from }) => from.getImage()!).filter((base) => !stages.has(base));
    const allowed = /^\$\{(NODE_IMAGE|RUNTIME_IMAGE|ENVOY_IMAGE)\}$/;
    expect(bases.filter((base) => !allowed.test(base))).toEqual([]);
    const defaults = dockerfile.getInitialARGs().map((argument) => argument.getProperty()!.getValue());
    expect(defaults).toEqual(["node:26-bookworm", "node:26-bookworm-slim", "envoyproxy/envoy:distroless-v1.40.2"]);
    expect(read("Dockerfile")).not.toMatch(/:latest/);
  });

  test("runs on the Node of .nvmrc", () => {
    expect(read("Dockerfile")).toContain(`node:${read(".nvmrc").trim()}-`);
  });

  test.each(targets)("target %s runs as 65532, in /app, without an entrypoint, by a command that needs no shell", (target) => {
    expect(last(target, "USER")?.getArgumentsContent()).toBe("65532:65532");
    expect(last(target, "WORKDIR")?.getArgumentsContent()).toBe("/app");
    expect((last(target, "ENTRYPOINT") as Entrypoint).getArgumentsContent()).toBe("[]");
    expect((last(target, "CMD") as Cmd).getOpeningBracket()).not.toBeNull();
  });

  test.each(targets)("target %s has OCI's labels", (target) => {
    const labels = whole(target)
      .filter((one) => one.getKeyword() === "LABEL")
      .flatMap((one) => [...one.getArgumentsContent()!.matchAll(/org\.opencontainers\.image\.(\w+)=/g)].map(([, name]) => name));
    expect(labels.sort()).toEqual(["description", "licenses", "revision", "source", "title", "version"]);
  });

  test.each(targets.filter((target) => target !== "dev"))("target %s has no step that runs a program in it", (target) => {
    expect(whole(target).filter((one) => one.getKeyword() === "RUN")).toEqual([]);
  });

  test("hadolint has nothing to say", async () => {
    const { stdout, status } = spawnSync(await binary("hadolint"), ["Dockerfile"], { cwd: root, encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  test("npm runs no package's script", () => {
    const installs = dockerfile
      .getInstructions()
      .filter((one) => one.getKeyword() === "RUN" && /npm (ci|install)/.test(one.getArgumentsContent()!));
    expect(installs.length).toBe(1);
    expect(installs[0]!.getArgumentsContent()).toContain("--ignore-scripts");
  });
});

test(".dockerignore keeps out what is made on a machine, and secrets with it", () => {
  const lines = read(".dockerignore").split("\n");
  for (const kept of [".git", ".tools", ".lacio", "**/node_modules", "web/build", "packages/proto/gen"]) expect(lines).toContain(kept);
});
