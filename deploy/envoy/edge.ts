import { descriptorFile, edgeTable, type EdgeTable } from "./edge-table.ts";

/** Options with their defaults, and what the contracts say. */
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
  /** The web's server. Without it every path that is no API answers 404. */
  web?: Address;
  /** The web is a development server, which speaks to its pages over websockets. */
  webSockets?: boolean;
  /** An OTLP/HTTP collector. Without it the edge starts no traces. */
  otlp?: Address;
  /** What the listeners bind to. */
  address?: string;
  /** HTTPS. */
  port: number;
  /** Plain HTTP: /livez, /readyz, /metrics. */
  opsPort: number;
  /** Envoy's own admin interface, on loopback alone. */
  adminPort: number;
  /** `sds` names the certificate's files (cert-sds.ts); `dir` is watched for new ones. */
  cert: { sds: string; dir: string };
  /** Where Envoy finds the descriptor set. */
  descriptors?: string;
  /** Of people's access tokens. Services' own tokens have another issuer and never pass. */
  issuer?: string;
  audience?: string;
  /** Web origins that may call the API from a page. */
  origins?: string[];
  /** Proxies in front of the edge that set x-forwarded-for. */
  trustedHops?: number;
  /** Each per client address and replica. */
  loginsPerMinute?: number;
  accountCallsPerMinute?: number;
  /** How many of them at once; as many as in a minute when not given. */
  accountCallsBurst?: number;
  accountFormsPerMinute?: number;
  requestsPerAddressPerSecond?: number;
  /** Of all clients together, per replica. */
  requestsPerSecond?: number;
  /** How long a request may take to arrive whole. Answers may take longer. */
  requestSeconds?: number;
  /** Memory for all requests together. The fattest of them end before it does. */
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
