import { bootstrap } from "./bootstrap.ts";
import type { Address, EdgeOptions } from "./edge.ts";
import { edgeTable } from "./edge-table.ts";

/** `node deploy/envoy/render.ts > edge.json`: the bootstrap for this environment. */
if (import.meta.main) process.stdout.write(`${JSON.stringify(bootstrap(optionsFrom(process.env)), null, 2)}\n`);

/** Addresses default to the services' names and ports in a cluster. */
export function optionsFrom(env: Record<string, string | undefined>): EdgeOptions {
  const owners = edgeTable().services.map(({ cluster }) => cluster);
  const plain = ["auth", "payments"];
  return {
    services: owners.map((name) => ({
      name,
      rpc: address(env[`${name.toUpperCase()}_URL`] ?? `http://${name}:8080`),
      ...(plain.includes(name) && { http: address(env[`${name.toUpperCase()}_HTTP_URL`] ?? `http://${name}:8081`) }),
    })),
    ...(env.WEB_URL && { web: address(env.WEB_URL) }),
    webSockets: env.WEB_SOCKETS === "true",
    ...(env.OTEL_EXPORTER_OTLP_ENDPOINT && { otlp: address(env.OTEL_EXPORTER_OTLP_ENDPOINT) }),
    address: env.BIND_ADDRESS ?? "0.0.0.0",
    port: number(env, "EDGE_PORT", 8443),
    opsPort: number(env, "OPS_PORT", 9090),
    adminPort: number(env, "ADMIN_PORT", 9901),
    cert: { sds: env.CERT_SDS_FILE ?? "/etc/lacio/edge-cert.json", dir: env.CERT_DIR ?? "/etc/lacio/cert" },
    ...(env.DESCRIPTOR_FILE && { descriptors: env.DESCRIPTOR_FILE }),
    issuer: env.TOKEN_ISSUER ?? "lacio",
    audience: env.TOKEN_AUDIENCE ?? "lacio",
    origins: (env.CORS_ORIGINS ?? "").split(",").filter(Boolean),
    trustedHops: number(env, "TRUSTED_PROXY_HOPS", 0),
    loginsPerMinute: number(env, "LOGIN_PER_ADDRESS_PER_MINUTE", 20),
    accountCallsPerMinute: number(env, "ACCOUNT_CALLS_PER_ADDRESS_PER_MINUTE", 600),
    ...(env.ACCOUNT_CALLS_BURST && { accountCallsBurst: number(env, "ACCOUNT_CALLS_BURST", 0) }),
    accountFormsPerMinute: number(env, "ACCOUNT_FORMS_PER_ADDRESS_PER_MINUTE", 20),
    requestsPerAddressPerSecond: number(env, "EDGE_REQUESTS_PER_ADDRESS_PER_SECOND", 1000),
    requestsPerSecond: number(env, "EDGE_REQUESTS_PER_SECOND", 5000),
    requestSeconds: number(env, "EDGE_REQUEST_SECONDS", 15),
    heapMb: number(env, "EDGE_HEAP_MB", 384),
    traceSharePercent: number(env, "EDGE_TRACE_SHARE_PERCENT", 10),
  };
}

/** Envoy's arguments, here and in a container. By default it flushes its log only every ten seconds. */
export const envoyArguments = (file: string): string[] => [
  "--config-path",
  file,
  ...["--concurrency", "2"],
  ...["--log-level", "warning"],
  ...["--file-flush-interval-msec", "500"],
  "--disable-hot-restart",
];

function address(url: string): Address {
  const { protocol, hostname, port } = new URL(url);
  return [hostname.replace(/^\[(.*)\]$/, "$1"), Number(port || (protocol === "https:" ? 443 : 80))];
}

function number(env: Record<string, string | undefined>, name: string, fallback: number): number {
  const value = Number(env[name] ?? fallback);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number, not ${env[name]}`);
  return value;
}
