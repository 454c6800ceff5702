import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { kept } from "@lacio/helm/testing/renderings";
import { Ajv } from "ajv";
import { kustomized } from "./testing/kustomized.ts";
import { documentsOf, textOf, type Skaffold } from "./testing/repository.ts";

const root = path.resolve(import.meta.dirname, "../..");
const [servers, lacio, ...more] = documentsOf<Skaffold>("skaffold.yaml");
const valid = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(textOf("deploy/pipelines/testing/skaffold-schema.json")) as object);
const faults = (config: object) => (valid(config) ? [] : valid.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`));

describe("skaffold.yaml", () => {
  test("is what skaffold/v4beta13 knows", () => {
    expect(more).toEqual([]);
    expect([...faults(servers!), ...faults(lacio!)]).toEqual([]);
  });

  test.each([
    ["a misspelt field", { ...lacio, deploys: {} }, "must NOT have additional properties"],
    ["another version", { ...lacio, apiVersion: "skaffold/v2beta29" }, "/apiVersion must be equal to constant"],
    [
      "a release without a name",
      { ...lacio, deploy: { helm: { releases: [{}] } } },
      "/deploy/helm/releases/0 must have required property 'name'",
    ],
    ["a command that is no list", { ...lacio, manifests: { hooks: { before: [{ host: { command: "sh" } }] } } }, "must be array"],
  ])("would not be with %s", (_, config, fault) => {
    expect(faults(config).join("\n")).toContain(fault);
  });

  test("installs one release of the chart, after the servers that its migrations ask for", () => {
    expect(lacio).toMatchObject({ requires: [{ configs: [servers!.metadata.name] }] });
    expect(lacio!.deploy.helm!.releases).toEqual([expect.objectContaining({ name: "lacio", namespace: "lacio" })]);
    expect(servers!.manifests).toMatchObject({ kustomize: { paths: ["deploy/k8s/dev"] } });
    const [release] = lacio!.deploy.helm!.releases;
    for (const file of [release!.chartPath, ...release!.valuesFiles, "deploy/k8s/prepare"])
      expect(existsSync(path.join(root, file))).toBe(true);
  });

  test("forwards ports of Services that there are", () => {
    const services = [...kustomized("deploy/k8s/dev"), ...kept("minikube")].filter(({ kind }) => kind === "Service");
    for (const { resourceName, port } of [servers!, lacio!].flatMap(({ portForward }) => portForward)) {
      const found = services.find(({ metadata }) => metadata.name === resourceName)!;
      expect((found.spec as { ports: { port: number }[] }).ports.map((one) => one.port)).toContain(port);
    }
  });
});
