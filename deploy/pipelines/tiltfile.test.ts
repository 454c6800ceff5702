import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { permissions } from "@lacio/permissions/table";
import type { Manifest } from "@lacio/helm/testing/manifest";
import { textOf } from "./testing/repository.ts";
import { evaluated, type Call } from "./testing/tiltfile.ts";

const root = path.resolve(import.meta.dirname, "../..");
const calls = await evaluated();
const called = (name: string, all = calls) => all.filter(([one]) => one === name).map(([, parameters]) => parameters);
const manifests = called("k8s_yaml").flatMap(({ yaml }) => yaml as Manifest[]);
const workloads = manifests.filter(({ kind }) => ["Deployment", "StatefulSet", "Job"].includes(kind));
type Container = { name: string; image: string; command?: string[]; securityContext: Record<string, unknown>; env: { name: string }[] };
const containersOf = ({ spec }: Manifest) => (spec as { template: { spec: { containers: Container[] } } }).template.spec.containers;
const named = (name: string) => workloads.find(({ metadata }) => metadata.name === name)!;

describe("the Tiltfile", () => {
  test("makes the namespace and the Secrets only where something goes up", async () => {
    expect(called("local")).toEqual([{ command: ["sh", "deploy/k8s/prepare"] }]);
    expect(called("local", await evaluated(undefined, "down"))).toEqual([]);
  });

  test("applies everything to one namespace", () => {
    expect(new Set(manifests.map(({ metadata }) => metadata.namespace))).toEqual(new Set(["lacio"]));
    expect(called("helm")).toEqual([expect.objectContaining({ namespace: "lacio", values: ["deploy/helm/lacio/values-minikube.yaml"] })]);
  });

  test("builds every image of Lacio that a manifest names", () => {
    const built = called("docker_build").map(({ ref }) => ref as string);
    const needed = workloads.flatMap(containersOf).map(({ image }) => image.replace(/:.*$/, ""));
    expect([...new Set(needed.filter((image) => image.startsWith("lacio/")))].sort()).toEqual(built.sort());
  });

  test.each(Object.keys(permissions))("lets %s run what is written, and restarts it at a change", (name) => {
    for (const role of ["rpc", "worker"]) {
      const [container] = containersOf(named(`${name}-${role}`));
      expect(container!.command!.slice(0, 2)).toEqual(["node", "--watch"]);
      expect(container!.command!.at(-1)).toBe(`services/${name}/main.ts`);
      expect(container!.securityContext).toMatchObject({ readOnlyRootFilesystem: false, allowPrivilegeEscalation: false });
    }
    const migration = containersOf(named("migrate")).find((one) => one.name === name)!;
    expect(migration.command).toEqual(["node", "--import", "@lacio/chassis/telemetry-hook", `services/${name}/main.ts`]);
  });

  test("runs the pages by Vite, which the edge lets speak to the browser", () => {
    expect(containersOf(named("web"))[0]!.command).toContain("../node_modules/vite/bin/vite.js");
    expect(containersOf(named("edge"))[0]!.env).toContainEqual({ name: "WEB_SOCKETS", value: "true" });
  });

  test("speaks of workloads, folders and commands that there are", () => {
    const resources = called("k8s_resource").map(({ workload }) => workload as string);
    expect(resources.sort()).toEqual(workloads.map(({ metadata }) => metadata.name).sort());
    const folders = [
      ...called("sync").map(({ local_path }) => local_path as string),
      ...called("fall_back_on").flatMap(({ files }) => files as string[]),
    ];
    expect(folders.filter((folder) => !existsSync(path.join(root, folder)))).toEqual([]);
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const commands = called("local_resource").map(({ cmd }) => [cmd].flat().join(" "));
    const asked = commands.map((command) => /npm (?:run )?(\w+)/.exec(command)?.[1]);
    expect(asked.filter((script) => !script || !(script in scripts))).toEqual([]);
  });

  test("starts a test only by a click", () => {
    const tests = called("local_resource").filter(({ labels }) => (labels as string[]).includes("tests"));
    expect(tests.length).toBe(Object.keys(permissions).length + 3);
    for (const one of tests) expect(one).toMatchObject({ auto_init: false, trigger_mode: "manual" });
  });
});

describe("a Tiltfile that", () => {
  const wrong = (change: (text: string) => string): Promise<Call[]> => evaluated(change(textOf("Tiltfile")));

  test("calls what Tilt does not have, or with a parameter that it does not know, is refused", async () => {
    await expect(wrong((text) => text.replace("docker_build(", "docker_biuld("))).rejects.toThrow("docker_biuld");
    await expect(wrong((text) => text.replace("live_update =", "live_updates ="))).rejects.toThrow("live_updates");
    await expect(wrong((text) => `${text}\nif True`)).rejects.toThrow("Tiltfile");
  });
});
