import { tmpdir } from "node:os";
import { join } from "node:path";
import { sdsName } from "./cert-sds.ts";
import type { EdgeOptions } from "./edge.ts";
import { edgeTable } from "./edge-table.ts";
import { variablesOf, WrongEnvironment } from "./environment.ts";

/**
 * The edge in a cluster, as its environment says; README lists the variables. Addresses default to the services' names and ports there.
 * The certificate's SDS file is to be in `folder`. @throws WrongEnvironment
 */
export function optionsFrom(env: Record<string, string | undefined>, folder = tmpdir()): ProcessOptions {
  const owners = edgeTable().services.map(({ cluster }) => cluster);
  const plain = ["auth", "payments"];
  const { wrong, text, has, address, number, flag } = variablesOf(env);
  const rate = (name: string, fallback: number) => number(name, fallback, { min: 1 }); // Envoy has no bucket without tokens
  const port = (name: string, fallback: number) => number(name, fallback, { min: 1, max: 65535 });
  const options: ProcessOptions = {
    services: owners.map((name) => ({
      name,
      rpc: address(`${name.toUpperCase()}_URL`, `http://${name}:8080`),
      ...(plain.includes(name) && { http: address(`${name.toUpperCase()}_HTTP_URL`, `http://${name}:8081`) }),
    })),
    ...(has("WEB_URL") && { web: address("WEB_URL", "") }),
    webSockets: flag("WEB_SOCKETS"),
    ...(has("OTEL_EXPORTER_OTLP_ENDPOINT") && { otlp: address("OTEL_EXPORTER_OTLP_ENDPOINT", "") }),
    address: text("BIND_ADDRESS", "0.0.0.0"),
    port: port("EDGE_PORT", 8443),
    opsPort: port("OPS_PORT", 9090),
    adminPort: port("ADMIN_PORT", 9901),
    cert: { sds: join(folder, sdsName), dir: text("CERT_DIR", "/etc/lacio/cert") },
    issuer: text("TOKEN_ISSUER", "lacio"),
    audience: text("TOKEN_AUDIENCE", "lacio"),
    origins: text("CORS_ORIGINS", "").split(",").filter(Boolean),
    trustedHops: number("TRUSTED_PROXY_HOPS", 0),
    loginsPerMinute: rate("LOGIN_PER_ADDRESS_PER_MINUTE", 20),
    accountCallsPerMinute: rate("ACCOUNT_CALLS_PER_ADDRESS_PER_MINUTE", 600),
    ...(has("ACCOUNT_CALLS_BURST") && { accountCallsBurst: rate("ACCOUNT_CALLS_BURST", 1) }),
    accountFormsPerMinute: rate("ACCOUNT_FORMS_PER_ADDRESS_PER_MINUTE", 20),
    requestsPerAddressPerSecond: rate("EDGE_REQUESTS_PER_ADDRESS_PER_SECOND", 1000),
    requestsPerSecond: rate("EDGE_REQUESTS_PER_SECOND", 5000),
    requestSeconds: number("EDGE_REQUEST_SECONDS", 15),
    heapMb: rate("EDGE_HEAP_MB", 384),
    traceSharePercent: number("EDGE_TRACE_SHARE_PERCENT", 10, { max: 100 }),
    drainSeconds: number("EDGE_DRAIN_SECONDS", defaultDrainSeconds, { max: 600 }),
    envoy: text("ENVOY_BINARY", "envoy"),
  };
  if (wrong.length > 0) throw new WrongEnvironment(wrong);
  return options;
}

const defaultDrainSeconds = 10;

/**
 * Envoy's arguments, here and in a container. By default it flushes its log only every ten seconds, and asks its clients to go little by
 * little over ten minutes; here every answer of a draining edge does.
 */
export const envoyArguments = (file: string, drainSeconds = defaultDrainSeconds): string[] => [
  "--config-path",
  file,
  ...["--concurrency", "2"],
  ...["--log-level", "warning"],
  ...["--file-flush-interval-msec", "500"],
  ...["--drain-time-s", String(drainSeconds), "--drain-strategy", "immediate"],
  "--disable-hot-restart",
];

/** What main.ts needs beside the bootstrap. */
export interface ProcessOptions extends EdgeOptions {
  /** So long after SIGTERM it still takes new connections. */
  drainSeconds: number;
  /** The program, or its name on PATH. */
  envoy: string;
}
