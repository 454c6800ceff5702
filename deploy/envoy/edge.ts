import { descriptorFile, edgeTable, type EdgeTable } from "./edge-table.ts";

/** The options with defaults, and the table derived from the protos. */
export function edgeOf(options: EdgeOptions, table: EdgeTable = edgeTable()): Edge {
  const known = options.services.map(({ name }) => name);
  const homeless = table.services.filter(({ cluster }) => !known.includes(cluster));
  if (homeless.length > 0) throw new Error(`no address for ${homeless.map(({ cluster }) => cluster).join(", ")}`);
  return { ...defaults, ...options, table };
}

const defaults = {
  address: "0.0.0.0",
  descriptors: descriptorFile,
  issuer: "lacio",
  audience: "lacio",
  origins: [] as string[],
  trustedHops: 0,
  loginsPerMinute: 20,
  accountCallsPerMinute: 600,
  accountFormsPerMinute: 20,
  requestsPerAddressPerSecond: 1000,
  requestsPerSecond: 5000,
  requestSeconds: 15,
  heapMb: 384,
  traceSharePercent: 10,
};

export interface EdgeOptions {
  services: ServiceAddress[];
  /** The web's server. Without it, every path outside the API answers 404. */
  web?: Address;
  /** The web is Vite's development server, which needs websockets. */
  webSockets?: boolean;
  /** An OTLP/HTTP collector. Without it the edge starts no traces. */
  otlp?: Address;
  /** The address that the listeners bind to. */
  address?: string;
  /** HTTPS. */
  port: number;
  /** Plain HTTP: /livez, /readyz, /metrics. */
  opsPort: number;
  /** Envoy's own admin interface, on loopback alone. */
  adminPort: number;
  /** `sds` is the SDS file (cert-sds.ts); `dir` is watched for a new certificate. */
  cert: { sds: string; dir: string };
  /** Where Envoy finds the descriptor set. */
  descriptors?: string;
  /** Issuer of people's access tokens. Service tokens have another issuer and are refused at the edge. */
  issuer?: string;
  audience?: string;
  /** Web origins that may call the API from a page. */
  origins?: string[];
  /** Proxies in front of the edge that set x-forwarded-for. */
  trustedHops?: number;
  /** Each per client address and replica. */
  loginsPerMinute?: number;
  accountCallsPerMinute?: number;
  /** Burst size; by default a minute's worth. */
  accountCallsBurst?: number;
  accountFormsPerMinute?: number;
  requestsPerAddressPerSecond?: number;
  /** For all clients together, per replica. */
  requestsPerSecond?: number;
  /** Timeout for receiving the whole request; the response may take longer. */
  requestSeconds?: number;
  /** Heap limit of Envoy. Near it, the requests that buffer most are reset first. */
  heapMb?: number;
  traceSharePercent?: number;
}

export type Address = [host: string, port: number];

export interface ServiceAddress {
  name: string;
  /** h2c: Connect, gRPC, gRPC-Web. */
  rpc: Address;
  /** Plain HTTP/1.1: keys, links, webhooks. */
  http?: Address;
}

export type Edge = EdgeOptions & typeof defaults & { table: EdgeTable };
