import { typed, type Typed } from "./typed.ts";

/** CORS: what a page of another origin may send and read, with the headers of REST, Connect and gRPC-Web. */
export function corsPolicy(origins: string[]): Typed {
  return typed("extensions.filters.http.cors.v3.CorsPolicy", {
    allow_origin_string_match: origins.map((exact) => ({ exact })),
    allow_methods: "GET,POST,PUT,PATCH,DELETE,OPTIONS",
    allow_credentials: true,
    max_age: "7200",
    allow_headers: [
      "authorization,content-type,idempotency-key,traceparent,tracestate",
      "connect-protocol-version,connect-timeout-ms,connect-accept-encoding,connect-content-encoding",
      "grpc-timeout,x-grpc-web,x-user-agent",
    ].join(),
    expose_headers: "grpc-status,grpc-message,grpc-status-details-bin,x-request-id,retry-after,x-ratelimit-reset",
  });
}
