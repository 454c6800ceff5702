import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { beforeTests } from "@lacio/testkit/before-tests";
import { optionsFrom } from "@lacio/envoy/render";
import { permissions } from "@lacio/permissions/table";
import { startApiServer } from "./testing/api-server.ts";
import { openHelm, profile, type Helm, type Manifest } from "./testing/chart.ts";
import { configured, unknownVariables } from "./testing/environment.ts";
import { flowsAllowed, flowsDeclared } from "./testing/flows.ts";
import { podsOf, ruleFaults, securityFaults } from "./testing/pods.ts";
import { schemaFaults, schemaKinds } from "./testing/schemas.ts";
import { chartTruth } from "./truth.ts";

// The chart as the real Helm renders it, without a cluster.
const profiles = ["minikube", "staging", "production"];
const truth = await chartTruth();

/** Over values-minikube.yaml: everything that is behind a flag, and servers at addresses that tell them apart. */
const address = { postgres: "192.0.2.1", nats: "192.0.2.2", redis: "192.0.2.3", smtp: "192.0.2.4", stripe: "192.0.2.5", otlp: "192.0.2.6" };
const apiServer = "192.0.2.7";
const prometheus = "192.0.2.8";
const sandbox = "192.0.2.9";
const only = (one: string) => [{ ipBlock: { cidr: `${one}/32` } }];
const everything = {
  telemetry: { otlpEndpoint: "http://collector:4318" },
  defaults: { replicas: 2 },
  rpc: { autoscaling: { enabled: true } },
  keda: { enabled: true },
  monitoring: { labels: { release: "prometheus" }, serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } },
  gateway: { enabled: true, parentRefs: [{ name: "public" }], hostnames: ["lacio.example"] },
  certificate: { enabled: true, dnsNames: ["lacio.example"], issuer: { name: "letsencrypt" } },
  networkPolicies: {
    ...Object.fromEntries(Object.entries(address).map(([server, one]) => [server, { to: only(one), ports: [7000] }])),
    stripe: { to: only(address.stripe), ports: [7000], webhooksFrom: only(sandbox) },
    apiServer: { to: only(apiServer), ports: [7000] },
    dns: { to: only("192.0.2.10") },
    prometheus: { from: only(prometheus) },
  },
};

let helm: Helm;
const rendered: Record<string, Manifest[]> = {};
await beforeTests(
  async () => {
    helm = await openHelm();
    for (const name of profiles) rendered[name] = await helm.manifests([profile(name)]);
    rendered.everything = await helm.manifests([profile("minikube")], everything);
  },
  () => helm?.close(),
  900, // Helm may have to be built
);
const all = () => Object.values(rendered).flat();

describe("values", () => {
  test.each(profiles)("values-%s.yaml passes helm lint --strict", async (name) => {
    expect(await helm.lint([profile(name)])).toContain("0 chart(s) failed");
  });

  test("alone are refused, by what has to be given", async () => {
    await expect(helm.render([])).rejects.toThrow("publicUrl");
  });

  const bad = path.join(import.meta.dirname, "testing/bad-values");
  test.each(globSync("*.yaml", { cwd: bad }).sort())("are refused: %s", async (file) => {
    const said = /^# Helm says: (.*)$/m.exec(readFileSync(path.join(bad, file), "utf8"))![1]!;
    await expect(helm.render([profile("minikube"), path.join(bad, file)])).rejects.toThrow(said);
  });

  test("of a service are over those of its kind, also a false", async () => {
    const values = { rpc: { autoscaling: { enabled: true } }, services: { users: { rpc: { autoscaling: { enabled: false } } } } };
    const scaled = (await helm.manifests([profile("minikube")], values)).filter(({ kind }) => kind === "HorizontalPodAutoscaler");
    expect(scaled.map(({ metadata }) => metadata.name)).toContain("booking-rpc");
    expect(scaled.map(({ metadata }) => metadata.name)).not.toContain("users-rpc");
  });
});

describe("manifests", () => {
  test("are the same when they are rendered again", async () => {
    for (const name of profiles) expect(await helm.manifests([profile(name)])).toEqual(rendered[name]);
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

describe("Secrets", () => {
  const names = [
    ...Object.keys(permissions).flatMap((name) => [`lacio-${name}`, `lacio-${name}-migration`]),
    "lacio-provisioner",
    "lacio-edge-tls",
  ];
  const keys = [...Object.values(truth.services).flatMap(({ secrets, optionalSecrets }) => [...secrets, ...optionalSecrets])];
  const complete = () => Object.fromEntries(names.map((name) => [name, [...keys, "MIGRATION_DATABASE_URL", "tls.crt", "tls.key"]]));
  const said = async (secrets: Record<string, string[]>, values = {}) => {
    const server = await startApiServer("salon", secrets);
    return helm
      .render([profile("minikube")], values, server.url)
      .then(String, String)
      .finally(server.stop);
  };

  test("that are missing in the cluster are named, and keys", async () => {
    const without = complete();
    delete without["lacio-users"];
    const text = await said({ ...without, "lacio-auth": without["lacio-auth"]!.filter((key) => key !== "REDIS_URL") });
    expect(text).toContain(
      "in the namespace salon the Secret lacio-auth has no key REDIS_URL; there is no Secret lacio-users (with DATABASE_URL, NATS_URL)\n",
    );
  });

  test("are all found, or not looked for: then Helm goes on, to what this server does not have", async () => {
    expect(await said(complete())).toContain("failed to download openapi");
    expect(await said({}, { checkSecrets: false })).toContain("failed to download openapi");
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
