import type { Edge } from "./edge.ts";
import { connectionManager, publicManager } from "./public-manager.ts";
import { extension, typed, type Typed } from "./typed.ts";

/** The public HTTPS listener: HTTP/2 and HTTP/1.1 by ALPN. */
export function publicListener(edge: Edge): object {
  return listener("public", edge.address, edge.port, publicManager(edge), {
    transport_socket: extension("envoy.transport_sockets.tls", "extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
      common_tls_context: {
        alpn_protocols: ["h2", "http/1.1"],
        tls_params: { tls_minimum_protocol_version: "TLSv1_2" },
        tls_certificate_sds_secret_configs: [
          {
            name: "edge-cert",
            sds_config: {
              resource_api_version: "V3",
              path_config_source: { path: edge.cert.sds, watched_directory: { path: edge.cert.dir } },
            },
          },
        ],
      },
    }),
  });
}

/** /livez, /readyz and /metrics, as in every Lacio process. The rest of Envoy's admin interface stays on loopback. */
export function opsListener(edge: Edge): object {
  const get = (path: string) => ({ path, headers: [{ name: ":method", string_match: { exact: "GET" } }] });
  const livez = { match: get("/livez"), direct_response: { status: 200 } }; // also while it drains, when /readyz is 503
  const admin = (path: string, prefix_rewrite: string) => ({ match: get(path), route: { cluster: "admin", prefix_rewrite } });
  return listener(
    "ops",
    edge.address,
    edge.opsPort,
    typed(connectionManager, {
      stat_prefix: "ops",
      route_config: {
        virtual_hosts: [
          { name: "ops", domains: ["*"], routes: [livez, admin("/readyz", "/ready"), admin("/metrics", "/stats/prometheus")] },
        ],
      },
      http_filters: [extension("envoy.filters.http.router", "extensions.filters.http.router.v3.Router")],
    }),
  );
}

function listener(name: string, address: string, port_value: number, manager: Typed, chain: object = {}): object {
  return {
    name,
    address: { socket_address: { address, port_value } },
    per_connection_buffer_limit_bytes: 64 * 1024,
    filter_chains: [{ filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }], ...chain }],
  };
}
