import type { Edge } from "./edge.ts";
import { extension } from "./typed.ts";

/** Continues the caller's trace, or starts one for a sample of the requests. */
export function tracing(edge: Edge): object {
  return {
    client_sampling: { value: 100 },
    random_sampling: { value: edge.traceSharePercent },
    spawn_upstream_span: true,
    // Replaces Envoy's own tag, which includes the query: a query can hold a one-time token.
    custom_tags: [{ tag: "http.url", value: "%REQ(:SCHEME)%://%REQ(:AUTHORITY)%%PATH(NQ:ORIG_OR_PATH)%" }],
    provider: extension("envoy.tracers.opentelemetry", "config.trace.v3.OpenTelemetryConfig", {
      service_name: "edge",
      http_service: { http_uri: { uri: "http://otlp/v1/traces", cluster: "otlp", timeout: "1s" } },
    }),
  };
}
