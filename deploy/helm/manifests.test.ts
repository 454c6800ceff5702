import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { optionsFrom } from "@lacio/envoy/render";
import { permissions } from "@lacio/permissions/table";
import { configured, unknownVariables } from "./testing/environment.ts";
import { address, apiServer, prometheus, sandbox } from "./testing/everything.ts";
import { flowsAllowed, flowsDeclared } from "./testing/flows.ts";
import { podsOf, ruleFaults, securityFaults } from "./testing/pods.ts";
import { fingerprint, fingerprintFile, kept, renderings } from "./testing/renderings.ts";
import { schemaFaults, schemaKinds } from "./testing/schemas.ts";
import { chartTruth } from "./truth.ts";

// The chart as Helm rendered it (`npm run chart`), without Helm and without a cluster.
const truth = await chartTruth();
const rendered = Object.fromEntries(renderings.map(({ name }) => [name, kept(name)]));
const all = () => Object.values(rendered).flat();

describe("manifests", () => {
  test("were rendered from the chart as it is now (npm run chart)", () => {
    expect(readFileSync(fingerprintFile, "utf8").trim()).toBe(fingerprint());
  });

  test("have no field that an API server does not know", () => {
    expect(all().flatMap(schemaFaults)).toEqual([]);
    const kinds = new Set(rendered.everything!.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`));
    expect([...kinds].sort()).toEqual(
      Object.entries(schemaKinds)
        .flatMap(([version, kinds]) => kinds.map((kind) => `${version} ${kind}`))
        .sort(),
    );
  });

  test("a misspelt field of any kind is noticed", () => {
    for (const manifest of rendered.everything!) {
      const body = "spec" in manifest ? { ...manifest, spec: { ...(manifest.spec as object), mispelt: 1 } } : { ...manifest, mispelt: 1 };
      expect(schemaFaults(body).join()).toContain("mispelt");
    }
  });

  test("have names of their own, the namespace of the release and its labels", () => {
    for (const manifests of Object.values(rendered)) {
      const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
      for (const { metadata } of manifests) {
        expect(metadata.namespace).toBe("salon");
        expect(metadata.labels).toMatchObject({ "app.kubernetes.io/part-of": "lacio", "app.kubernetes.io/instance": "lacio" });
      }
    }
  });

  test("make no Secret", () => {
    expect(all().filter(({ kind }) => kind === "Secret")).toEqual([]);
  });
});

describe("pods", () => {
  test("are `restricted`, and as all of ours are", () => {
    const faults = podsOf(all()).flatMap(({ name, kind, template }) =>
      [...securityFaults(template), ...ruleFaults(template, kind)].map((fault) => `${name}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  test("are those of every service, of web, edge, provisioner and the two Jobs", () => {
    const services = Object.keys(permissions).flatMap((name) => [`${name}-rpc`, `${name}-worker`]);
    const names = podsOf(rendered.everything!).map(({ name }) => name);
    expect(names.sort()).toEqual([...services, "web", "edge", "provisioner", "migrate", "seed"].sort());
  });

  test("have tokens for their peers where they have peers, for the API server where they answer calls, and no others", () => {
    type Projected = { projected?: { sources: { serviceAccountToken?: { audience?: string } }[] } };
    const tokens = podsOf(rendered.everything!).map(({ name, template }) => {
      const sources = (template.spec.volumes ?? []).flatMap((volume) => (volume as Projected).projected?.sources ?? []);
      return [name, sources.flatMap(({ serviceAccountToken: token }) => (token ? [token.audience ?? "API server"] : []))];
    });
    for (const [name, audiences] of tokens)
      expect([name, audiences]).toEqual([
        name,
        /-rpc$/.test(String(name)) ? ["lacio", "API server"] : /-worker$/.test(String(name)) ? ["lacio"] : [],
      ]);
  });

  test("have a number of replicas or are scaled, and a budget where there is more than one", () => {
    for (const manifests of Object.values(rendered)) {
      const named = (kind: string) => manifests.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
      const scaled = [...named("HorizontalPodAutoscaler"), ...named("ScaledObject")];
      const several = manifests.filter(({ kind, metadata, spec }) => {
        if (kind !== "Deployment") return false;
        const { replicas } = spec as { replicas?: number };
        expect([metadata.name, replicas === undefined]).toEqual([metadata.name, scaled.includes(metadata.name)]);
        return (replicas ?? 2) > 1;
      });
      expect(named("PodDisruptionBudget").sort()).toEqual(several.map(({ metadata }) => metadata.name).sort());
    }
  });
});

describe("variables", () => {
  const containers = (workload: string) =>
    Object.values(rendered).flatMap((manifests) => podsOf(manifests).find(({ name }) => name === workload)?.template.spec.containers ?? []);

  test.each(Object.keys(permissions))(
    "%s reads every one that it gets, gets every one that it demands, and every secret by its key",
    async (name) => {
      for (const component of ["rpc", "worker"])
        for (const container of containers(`${name}-${component}`)) {
          const service = truth.services[name]!;
          const known = [...service.variables, ...service.secrets, ...service.optionalSecrets];
          expect(unknownVariables(container, known)).toEqual([]);
          const { config, fromSecrets, expectedSecrets } = await configured(container, service);
          expect(config.roles).toEqual(component === "rpc" ? ["rpc"] : ["events", "timers"]);
          expect(fromSecrets.sort()).toEqual(expectedSecrets.sort());
        }
    },
  );

  test.each(["web", "edge", "provisioner"] as const)("%s knows every one that it gets", (name) => {
    for (const container of containers(name)) expect(unknownVariables(container, [...truth[name].variables, "NATS_URL"])).toEqual([]);
  });

  test("the provisioner is told how many servers hold a stream only where the values say so", () => {
    const told = ["minikube", "staging", "production"].map((name) => {
      const { template } = podsOf(rendered[name]!).find(({ name }) => name === "provisioner")!;
      return template.spec.containers[0]!.env!.find(({ name }) => name === "STREAM_REPLICAS")?.value;
    });
    expect(told).toEqual([undefined, undefined, "3"]);
  });

  test("the edge starts with them", () => {
    for (const { env = [] } of containers("edge"))
      expect(optionsFrom(Object.fromEntries(env.map(({ name, value }) => [name, value])))).toMatchObject({ web: ["web", 3000] });
  });

  test("a migration gets what migrating needs, and no more", () => {
    for (const { env } of containers("migrate"))
      expect(env!.map(({ name }) => name)).toEqual([
        "LACIO_ROLES",
        "LOG_LEVEL",
        "NODE_OPTIONS",
        "NODE_EXTRA_CA_CERTS",
        "MIGRATION_DATABASE_URL",
      ]);
    expect(containers("migrate").map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(permissions)));
  });
});

describe("network policies", () => {
  const flows = () => flowsAllowed(rendered.everything!);
  const doors = Object.keys(truth.services).filter((name) => "http" in truth.services[name]!.ports);

  test("allow between pods of the release what the table declares, at both ends, and nothing else", () => {
    const { sent, received } = flows();
    expect(sent).toEqual(flowsDeclared(doors));
    expect(received.filter((flow) => !flow.endsWith("-> edge/edge:8443"))).toEqual(flowsDeclared(doors));
  });

  test("lead to servers that the table declares, and nowhere else", () => {
    const { pods, sends } = flows();
    const table = permissions as Record<string, { servers: readonly string[] }>;
    const serversOf = (pod: string): string[] => {
      const [name, component] = pod.split("/") as [string, string];
      if (name in table) return ["postgres", "nats", "otlp", ...table[name]!.servers];
      return { provisioner: ["nats"], migrate: ["postgres"], edge: ["otlp"] }[component] ?? [];
    };
    for (const pod of pods) {
      const reached = Object.entries(address).filter(([, one]) => sends(pod, one, 7000));
      expect([pod, reached.map(([server]) => server).sort()]).toEqual([pod, serversOf(pod).sort()]);
      expect([pod, sends(pod, apiServer, 7000)]).toEqual([pod, pod.endsWith("/rpc")]);
      expect([pod, sends(pod, "192.0.2.10", 53, "UDP"), sends(pod, "192.0.2.10", 53)]).toEqual([pod, true, true]);
      for (const one of [...Object.values(address), prometheus, "198.51.100.1"])
        for (const port of [443, 5432, 8080]) expect([pod, one, port, sends(pod, one, port)]).toEqual([pod, one, port, false]);
    }
  });

  test("let in the world at the edge, Prometheus at ops ports, the provider's sandbox at the webhook, and nobody else", () => {
    const { pods, receives } = flows();
    for (const pod of pods) {
      const open = [3000, 8080, 8081, 8443, 9090].filter((port) => receives(pod, "198.51.100.1", port));
      expect([pod, open]).toEqual([pod, pod === "edge/edge" ? [8443] : []]);
      expect([pod, receives(pod, prometheus, 9090)]).toEqual([pod, !/^(migrate|seed)/.test(pod)]);
      expect([pod, receives(pod, sandbox, 8081)]).toEqual([pod, pod === "payments/rpc"]);
    }
  });

  test("of a flow that is gone are noticed at each end", () => {
    const without = (policy: string, way: string) =>
      rendered.everything!.map((one) =>
        one.kind === "NetworkPolicy" && one.metadata.name === policy ? { ...one, spec: { ...(one.spec as object), [way]: [] } } : one,
      );
    expect(flowsAllowed(without("booking-rpc", "egress")).sent).not.toContain("booking/rpc -> availability/rpc:8080");
    expect(flowsAllowed(without("availability-rpc", "ingress")).received).not.toContain("booking/rpc -> availability/rpc:8080");
  });

  test("of hooks are there before the Job they are for", () => {
    const weight = (kind: string) =>
      Number(all().find((one) => one.kind === kind && one.metadata.name === "migrate")!.metadata.annotations!["helm.sh/hook-weight"]);
    expect(weight("NetworkPolicy")).toBeLessThan(weight("Job"));
    expect(weight("ServiceAccount")).toBeLessThan(weight("Job"));
  });
});
