import type { Address, Edge, ServiceAddress } from "./edge.ts";
import { extension, typed } from "./typed.ts";

/** Serves the JWKS that access tokens are verified with. */
export const keysCluster = "auth-http";
export const webhooksCluster = "payments-http";

/** Every place the edge sends requests to. */
export function clusters(edge: Edge): Cluster[] {
  return [
    ...edge.services.map(rpc),
    ...[keysCluster, webhooksCluster].map((name) => http(name, edge.services)),
    ...(edge.web ? [cluster("web", edge.web, { outlier_detection: outliers, circuit_breakers: breakers })] : []),
    ...(edge.otlp ? [cluster("otlp", edge.otlp)] : []),
    cluster("admin", ["127.0.0.1", edge.adminPort]),
  ];
}

const rpc = ({ name, rpc: at }: ServiceAddress): Cluster =>
  cluster(name, at, {
    lb_policy: "LEAST_REQUEST",
    per_connection_buffer_limit_bytes: 1024 * 1024,
    typed_extension_protocol_options: h2c,
    health_checks: [
      {
        timeout: "1s",
        interval: "5s",
        no_traffic_interval: "5s",
        unhealthy_threshold: 2,
        healthy_threshold: 1,
        grpc_health_check: { service_name: "" },
      },
    ],
    outlier_detection: outliers,
    circuit_breakers: breakers,
    ignore_health_on_host_removal: true, // a pod that DNS no longer names is ending: no more calls to it, although its health check still passes
  });

function http(name: string, services: ServiceAddress[]): Cluster {
  const at = services.find((service) => `${service.name}-http` === name)?.http;
  if (!at) throw new Error(`no address for ${name}`);
  return cluster(name, at, { outlier_detection: outliers, circuit_breakers: breakers });
}

function cluster(name: string, [address, port_value]: Address, more: object = {}): Cluster {
  const endpoint = { address: { socket_address: { address, port_value } } };
  return {
    name,
    connect_timeout: "1s",
    cluster_type: extension("envoy.clusters.dns", "extensions.clusters.dns.v3.DnsCluster", {
      dns_lookup_family: "V4_PREFERRED",
      dns_refresh_rate: "3s", // not the TTL, which may be 30 s: an ending pod works only as long as its preStop hook waits
    }),
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
    ...more,
  };
}

const h2c = {
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed("extensions.upstreams.http.v3.HttpProtocolOptions", {
    common_http_protocol_options: { idle_timeout: "300s", max_connection_duration: "600s" },
    explicit_http_config: {
      http2_protocol_options: { connection_keepalive: { interval: "20s", timeout: "5s" }, max_concurrent_streams: 100 },
    },
  }),
};

const outliers = {
  consecutive_gateway_failure: 5,
  enforcing_consecutive_gateway_failure: 100,
  consecutive_5xx: 0,
  enforcing_consecutive_5xx: 0,
  interval: "5s",
  base_ejection_time: "15s",
  max_ejection_percent: 50,
};

const breakers = {
  thresholds: [
    {
      priority: "DEFAULT",
      max_connections: 100,
      max_pending_requests: 500,
      max_requests: 1000,
      // At low traffic the percentage allows only a few retries, but a closing pod breaks more calls at once: retry them all.
      retry_budget: { budget_percent: { value: 20 }, min_retry_concurrency: 50 },
      track_remaining: true,
    },
  ],
};

export interface Cluster {
  name: string;
  [field: string]: unknown;
}
