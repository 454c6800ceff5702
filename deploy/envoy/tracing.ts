import type { Edge } from "./edge.ts";
import { extension } from "./typed.ts";

/** Goes on with the caller's trace, or starts one for a share of the requests. */
export function tracing(edge: Edge): object {
  return {
    client_sampling: { value: 100 },
    random_sampling: { value: edge.traceSharePercent },
    spawn_upstream_span: true,
    // In place of Envoy's own, which has the query in it: a query can hold a one-time token.
    custom_tags: [{ tag: "http.url", value: "%REQ(:SCHEME)%://%REQ(:AUTHORITY)%%PATH(NQ:ORIG_OR_PATH)%" }],
    provider: extension("envoy.tracers.opentelemetry", "config.trace.v3.OpenTelemetryConfig", {
      service_name: "edge",
      http_service: { http_uri: { uri: "http://otlp/v1/traces", cluster: "otlp", timeout: "1s" } },
    }),
  };
}
