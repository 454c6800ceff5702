import { answerHeaders, noStore } from "./answer-headers.ts";
import type { Edge } from "./edge.ts";
import { jwtAuthn } from "./jwt.ts";
import { allRequests, bodyLimit, routesOwn } from "./limits.ts";
import { transcoder } from "./transcoder.ts";
import { extension, typed, type Extension } from "./typed.ts";

/** The HTTP filter chain: requests pass from top to bottom, responses from bottom to top. */
export function filters(edge: Edge): Extension[] {
  return [
    answerHeaders,
    noStore,
    extension("envoy.filters.http.compressor", "extensions.filters.http.compressor.v3.Compressor", {
      compressor_library: { name: "gzip", typed_config: typed("extensions.compression.gzip.compressor.v3.Gzip") },
      response_direction_config: { common_config: { min_content_length: 860 } },
    }),
    extension("envoy.filters.http.cors", "extensions.filters.http.cors.v3.Cors"),
    allRequests(edge),
    bodyLimit, // before the transcoder, whose own limit does not apply to JSON
    transcoder(edge),
    jwtAuthn(edge),
    routesOwn,
    extension("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", { suppress_envoy_headers: true }),
  ];
}
