/** Addresses that tell the servers apart. */
export const address = {
  postgres: "192.0.2.1",
  nats: "192.0.2.2",
  redis: "192.0.2.3",
  smtp: "192.0.2.4",
  stripe: "192.0.2.5",
  otlp: "192.0.2.6",
};
export const apiServer = "192.0.2.7";
export const prometheus = "192.0.2.8";
export const sandbox = "192.0.2.9";
const only = (one: string) => [{ ipBlock: { cidr: `${one}/32` } }];

/** Over values-minikube.yaml: everything that is behind a flag. */
export const everything = {
  telemetry: { otlpEndpoint: "http://collector:4318" },
  defaults: { replicas: 2 },
  serviceEnv: { DRAIN_SECONDS: "40" },
  web: { env: { SHUTDOWN_TIMEOUT: "50" } },
  edge: { env: { EDGE_DRAIN_SECONDS: "30" } },
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
