import type { EdgeOptions } from "@lacio/envoy/edge";
import type { Nats } from "../infra/servers.ts";
import type { Supervisor } from "../processes/child.ts";

export interface SystemOptions {
  /** State, logs, pid files. Two systems never share one. Without it: a temporary folder that `stop` removes, for tests. */
  dir?: string;
  /** All by default. */
  services?: string[];
  /** Envoy in front; an object changes its limits and addresses. Where no Envoy can be had the system starts without. */
  edge?: boolean | Partial<EdgeOptions>;
  /** The pages, built when their sources changed. */
  web?: boolean;
  /** The sandbox that plays Stripe. false: the STRIPE_… variables of the caller's environment count. */
  stripe?: boolean;
  /** Variables for every service (`env`), and by service (`serviceEnv`). */
  env?: Record<string, string>;
  serviceEnv?: Record<string, Record<string, string>>;
  /** Restarts processes that end by themselves. Leave it out in tests that kill processes. */
  supervise?: Supervisor;
  /** Small processes, for a machine that runs all of them. false: Node as in a container, for measuring rates. */
  lean?: boolean;
  /** See InfraOptions. */
  fsync?: boolean;
  /** Where one is taken, the next free one. */
  preferredPorts?: { edge?: number; mail?: number; stripe?: number };
  progress?: (line: string) => void;
  /** What degrades the system without stopping it, as a missing Envoy does. */
  warn?: (line: string) => void;
}

/** One process of the system, to be killed and started again. */
export interface SystemProcess {
  readonly pid: number;
  readonly running: boolean;
  /** SIGKILL waits until it is gone; other signals are only sent. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** On the same ports and data; waits until it is ready. Extra variables stay for later restarts. */
  restart(extraEnv?: Record<string, string>): Promise<void>;
}

export interface System extends SystemDescription {
  /** A service, or postgres, nats, redis, mail (with notification), stripe-sandbox, web, edge. */
  process(name: string): SystemProcess;
  /** A service's variables, with the addresses that hold now. */
  environment(service: string): Record<string, string>;
  /** Changes a service's logins at the broker. */
  natsLogins: Pick<Nats, "addLogin" | "dropLogin">;
  serviceToken(name: string): string;
  /** Its stdout and stderr so far. */
  logs(name: string): string;
  /** The running processes with the port that a person would call. */
  processes(): { name: string; pid: number; port: number }[];
  /** One more replica of a service, on ports of its own: its peers don't call it, but it takes part in events and timers. */
  startReplica(service: string, env?: Record<string, string>): Promise<Replica>;
  stop(): Promise<void>;
}

/** `url`: Connect and gRPC, as urls.<service>. */
export type Replica = SystemProcess & { url: string; ops: string; log: string; stop(): Promise<void> };

/** What another process needs in order to use the system: plain data. */
export interface SystemDescription {
  dir: string;
  /**
   * edge, stripe, nats, redis, postgres; with notification mail and smtp; with the pages web and web-ops; <service> (Connect and gRPC, h2c),
   * <service>-http, <service>-ops.
   */
  urls: Record<string, string>;
  /** Each database by its owner, for tests that look, or change something past the service. */
  databaseUrls: Record<string, string>;
  /** The edge's certificate: give it to a client as its certificate authority. */
  certificate: string;
  admin: { email: string; password: string };
}
