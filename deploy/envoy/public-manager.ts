import { accessLog } from "./access-log.ts";
import type { Edge } from "./edge.ts";
import { corsPolicy } from "./cors.ts";
import { filters } from "./filters.ts";
import { replies } from "./replies.ts";
import { retries, routes } from "./routes.ts";
import { tracing } from "./tracing.ts";
import { extension, typed, type Typed } from "./typed.ts";

/** The connection manager of the public listener. */
export function publicManager(edge: Edge): Typed {
  return typed(connectionManager, {
    stat_prefix: "edge",
    codec_type: "AUTO",
    ...identity(edge),
    ...bounds(edge),
    early_header_mutation_extensions: [stripped],
    ...(edge.otlp && { tracing: tracing(edge) }),
    access_log: [accessLog()],
    local_reply_config: { mappers: replies() },
    http_filters: filters(edge),
    route_config: {
      name: "edge",
      virtual_hosts: [
        {
          name: "api",
          domains: ["*"],
          typed_per_filter_config: { "envoy.filters.http.cors": corsPolicy(edge.origins) },
          retry_policy: retries(),
          routes: routes(edge),
        },
      ],
    },
  });
}

/** Headers that only the edge and the services may set: stripped from requests, so that callers can't forge them. */
export const privatePrefixes = ["x-user-", "x-lacio-", "x-envoy-"];

const stripped = extension(
  "envoy.http.early_header_mutation.header_mutation",
  "extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
  { mutations: privatePrefixes.map((prefix) => ({ remove_on_match: { key_matcher: { prefix } } })) },
);

const identity = (edge: Edge) => ({
  use_remote_address: true,
  xff_num_trusted_hops: edge.trustedHops,
  normalize_path: true,
  merge_slashes: true,
  path_with_escaped_slashes_action: "REJECT_REQUEST",
  server_header_transformation: "OVERWRITE",
  server_name: "lacio",
  generate_request_id: true,
  preserve_external_request_id: false,
  always_set_request_id_in_response: true,
});

const bounds = (edge: Edge) => ({
  stream_idle_timeout: "60s", // longer than any call; a stream's route has its own
  request_headers_timeout: "10s",
  request_timeout: `${edge.requestSeconds}s`, // until the request is complete, or its response begins
  drain_timeout: "10s",
  delayed_close_timeout: "1s",
  max_request_headers_kb: 32,
  common_http_protocol_options: {
    idle_timeout: "120s",
    max_connection_duration: "3600s",
    headers_with_underscores_action: "REJECT_REQUEST",
    max_headers_count: 100,
  },
  http2_protocol_options: {
    max_concurrent_streams: 32,
    initial_stream_window_size: 64 * 1024,
    initial_connection_window_size: 1024 * 1024,
    connection_keepalive: { interval: "30s", timeout: "5s" },
  },
});

export const connectionManager = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
