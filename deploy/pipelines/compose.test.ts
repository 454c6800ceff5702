import { describe, expect, test } from "@jest/globals";
import { images } from "@lacio/images/images";
import { kustomized } from "./testing/kustomized.ts";
import { textOf, yamlOf, type Compose } from "./testing/repository.ts";

const { services, volumes, "x-peers": peers, "x-environment": environment } = yamlOf<Compose>("compose.yaml");
const all = Object.entries(services);
const truth = JSON.parse(textOf("deploy/helm/lacio/files/services.json")) as {
  services: Record<string, { variables: string[]; demands: string[] }>;
  web: { variables: string[] };
  edge: { variables: string[] };
  provisioner: { variables: string[] };
};

describe("compose.yaml", () => {
  test("has no port that anybody but this machine reaches", () => {
    const ports = all.flatMap(([, { ports = [] }]) => ports);
    expect(ports.length).toBe(3);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  });

  test("gives no container a writable root, a capability or root, but set-up, which gives volumes away", () => {
    for (const [name, { read_only, cap_drop, user, ...rest }] of all) {
      expect([name, read_only, cap_drop]).toEqual([name, true, ["ALL"]]);
      expect(user === "0:0" || "cap_add" in rest).toBe(name === "set-up");
    }
  });

  test("takes the servers that a developer's cluster has", () => {
    const inCluster = kustomized("deploy/k8s/dev")
      .map(
        ({ spec }) =>
          (spec as { template?: { spec: { containers: { image: string }[] } } } | undefined)?.template?.spec.containers[0]?.image,
      )
      .filter((image) => image && !image.startsWith("lacio/"));
    const here = all.map(([, { image }]) => image).filter((image) => !image.startsWith("${LACIO_IMAGES:-lacio}/"));
    expect(here.sort()).toEqual(inCluster.sort());
  });

  test("takes images of this version", () => {
    const { version } = JSON.parse(textOf("package.json")) as { version: string };
    const ours = all.map(([, { image }]) => image).filter((image) => image.startsWith("${"));
    const wanted = images.map(({ name }) => `\${LACIO_IMAGES:-lacio}/${name}:\${LACIO_TAG:-${version}}`);
    expect(ours.filter((image) => !wanted.includes(image))).toEqual([]);
  });

  test("knows only variables that the code reads, and sets each that it cannot do without", () => {
    const shared = Object.keys({ ...peers, ...environment }); // not every service reads all of them
    const parts = { ...truth.services, web: truth.web, edge: truth.edge, provisioner: truth.provisioner };
    for (const [name, { variables, demands = [] }] of Object.entries<{ variables: string[]; demands?: string[] }>(parts)) {
      const set = Object.keys(services[name]!.environment ?? {});
      expect([name, demands.filter((variable) => !set.includes(variable))]).toEqual([name, []]);
      const known = name in truth.services ? [...variables, ...shared] : variables;
      expect([name, set.filter((variable) => !known.includes(variable))]).toEqual([name, []]);
    }
    expect(Object.keys(services.auth!.environment!)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(AUTH_URL|JWKS_URL)$/)]));
  });

  // Waiting for health would make one container that is away stop all others. And Podman cannot start what depends on a container that has
  // ended and itself depends on one that runs.
  test("waits only for containers that end by themselves", () => {
    for (const [name, { depends_on = {} }] of all)
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect([name, other, services[other]!.restart]).toEqual([name, other, "no"]);
        expect([name, condition]).toEqual([name, "service_completed_successfully"]);
      }
    expect(Object.keys(volumes).sort()).toEqual(["given", "kept", "nats", "postgres", "stripe"]);
  });
});
