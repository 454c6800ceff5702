import { extension, type Extension } from "./typed.ts";

/** One JSON line per request on stdout. The path goes in without its query: a query can hold a one-time token. */
export function accessLog(): Extension {
  return extension("envoy.access_loggers.stdout", "extensions.access_loggers.stream.v3.StdoutAccessLog", {
    log_format: {
      json_format: {
        time: "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        service: "edge",
        method: "%REQ(X-ENVOY-ORIGINAL-METHOD?:METHOD)%",
        path: "%PATH(NQ:ORIG_OR_PATH)%",
        rpc: "%PATH(NQ:PATH)%",
        protocol: "%PROTOCOL%",
        status: "%RESPONSE_CODE%",
        grpcStatus: "%GRPC_STATUS(CAMEL_STRING)%",
        durationMs: "%DURATION%",
        route: "%ROUTE_NAME%",
        upstream: "%UPSTREAM_CLUSTER%",
        flags: "%RESPONSE_FLAGS%",
        details: "%RESPONSE_CODE_DETAILS%",
        requestId: "%REQ(X-REQUEST-ID)%",
        traceId: "%TRACE_ID%",
        user: "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:jwt:sub)%",
      },
    },
  });
}
