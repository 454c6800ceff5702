import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { images } from "@lacio/images/images";
import { permissions } from "@lacio/permissions/table";
import { services as contracts } from "@lacio/proto/registry";
import { serviceNames } from "@lacio/testkit/environment";
import { documentsOf, textOf, yamlOf, type Compose, type Skaffold } from "./testing/repository.ts";
import { evaluated } from "./testing/tiltfile.ts";

// The table of permissions says which services there are. Wherever else they are listed, or follow from a list, it has to be the same ones.
const root = path.resolve(import.meta.dirname, "../..");
const truth = Object.keys(permissions).sort();
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
/** services/booking becomes booking; other workspaces are left out. */
const ofWorkspaces = (workspaces: (string | undefined)[]) =>
  sorted(workspaces.flatMap((one) => /^services\/(\w+)$/.exec(one ?? "")?.[1] ?? []));

const places: Record<string, () => string[] | Promise<string[]>> = {
  "the folder services/": () => sorted(readdirSync(path.join(root, "services"))),
  "proto/": () => sorted(contracts.map(({ typeName }) => /^lacio\.(\w+)\.v1\./.exec(typeName)?.[1] ?? typeName)),
  "the chart's files/services.json": () => {
    const { services } = JSON.parse(textOf("deploy/helm/lacio/files/services.json")) as { services: object };
    return sorted(Object.keys(services));
  },
  "the chart's values.yaml": () => sorted(Object.keys(yamlOf<{ services: object }>("deploy/helm/lacio/values.yaml").services)),
  "npm start and the tests": () => sorted(serviceNames),
  "the images of the Dockerfile": () => {
    const ofServices = images.filter(({ target }) => target === "service");
    expect(sorted(ofServices.map(({ name }) => name))).toEqual(ofWorkspaces(ofServices.map(({ workspace }) => workspace)));
    return sorted(ofServices.map(({ name }) => name));
  },
  "the Job that makes databases": () => {
    const names = textOf("deploy/k8s/databases/job.yaml").matchAll(/prefix: (\w+)_, secretRef: \{ name: lacio-(\w+) \}/g);
    return sorted([...names].map(([, prefix, name]) => (prefix === name!.toUpperCase() ? name! : `${prefix} is not ${name}`)));
  },
  "the Tiltfile": async () => {
    const calls = await evaluated();
    const all = (call: string, parameter: string) =>
      calls.flatMap(([name, parameters]) => (name === call ? (parameters[parameter] as string) : []));
    const built = all("docker_build", "ref").map((ref) => ref.replace(/^lacio\//, ""));
    const watched = calls.flatMap(([name, { workload }]) =>
      name === "k8s_resource" ? (/^(\w+)-rpc$/.exec(String(workload))?.[1] ?? []) : [],
    );
    const synced = ofWorkspaces(all("sync", "local_path"));
    const tested = all("local_resource", "name").flatMap((name) => /^test (\w+)$/.exec(name)?.[1] ?? []);
    for (const one of [watched, synced, tested]) expect(sorted(one)).toEqual(truth);
    return sorted(built.filter((name) => !images.some((image) => image.name === name && image.target !== "service")));
  },
  "skaffold.yaml": () => {
    const artifacts = documentsOf<Skaffold>("skaffold.yaml").flatMap(({ build }) => build.artifacts);
    return ofWorkspaces(artifacts.map(({ docker }) => docker.buildArgs.WORKSPACE));
  },
  "compose.yaml": () => {
    const { services } = yamlOf<Compose>("compose.yaml");
    const ofServices = Object.entries(services).filter(([, { build }]) => build?.target === "service");
    expect(sorted(ofServices.map(([name]) => name))).toEqual(ofWorkspaces(ofServices.map(([, { build }]) => build?.args.WORKSPACE)));
    return sorted(ofServices.map(([name]) => name));
  },
};

describe("the table of permissions and", () => {
  test.each(Object.keys(places))("%s know the same services", async (place) => {
    expect(await places[place]!()).toEqual(truth);
  });

  test("README's table of services", () => {
    const rows = textOf("README.md").matchAll(/^\| \[(\w+)\]\(services\/(\w+)\)/gm);
    expect(sorted([...rows].map(([, name]) => name!))).toEqual(truth);
  });
});

// Tilt, Skaffold and Compose build the images that there are, each from the target and the workspace that images.ts says.
describe("every image is built as images.ts says by", () => {
  const wanted = new Map(images.filter(({ target }) => target !== "dev").map((image) => [image.name, image]));

  test("Skaffold", () => {
    const artifacts = documentsOf<Skaffold>("skaffold.yaml").flatMap(({ build }) => build.artifacts);
    const built = artifacts.map(({ image, docker }) => [image, docker.target, docker.buildArgs.WORKSPACE, docker.dockerfile]);
    expect(built.sort()).toEqual(
      [...wanted.values()].map(({ name, target, workspace }) => [`lacio/${name}`, target, workspace, "Dockerfile"]).sort(),
    );
  });

  test("Compose", () => {
    const built = Object.values(yamlOf<Compose>("compose.yaml").services).flatMap(({ image, build }) =>
      build ? [[image.replace(/^\$\{LACIO_IMAGES:-lacio\}\/([\w-]+):.*$/, "lacio/$1"), build.target, build.args.WORKSPACE]] : [],
    );
    expect(built.sort()).toEqual([...wanted.values()].map(({ name, target, workspace }) => [`lacio/${name}`, target, workspace]).sort());
  });

  test("Tilt, but for those that it changes while they run: they are of the target dev", async () => {
    const built = (await evaluated()).filter(([name]) => name === "docker_build").map(([, parameters]) => parameters);
    const changing = (name: string) => name === "web" || wanted.get(name)!.target === "service";
    expect(built.map(({ ref, target, build_args }) => [ref, target, (build_args as object | undefined) ?? {}]).sort()).toEqual(
      [...wanted.values()]
        .map(({ name, target, workspace }) =>
          changing(name) ? [`lacio/${name}`, "dev", {}] : [`lacio/${name}`, target, { WORKSPACE: workspace }],
        )
        .sort(),
    );
  });
});
