import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EdgeOptions } from "@lacio/envoy/edge";
import { envoyBinary } from "./programs/binaries.ts";
import type { Supervisor } from "./processes/child.ts";
import { fillCompileCache } from "./system/compile-cache.ts";
import { devCertificate, startEdge } from "./system/edge.ts";
import { allotPorts, localSecrets, serviceNames } from "./environment.ts";
import { startIdentity } from "./identity.ts";
import { startInfra } from "./infra/index.ts";
import { removeState } from "./infra/postgres-files.ts";
import { createDatabase } from "./infra/postgres.ts";
import { admin } from "./people.ts";
import { endLeftovers, starterOf } from "./processes/leftovers.ts";
import { refusePeopleInLogs } from "./system/people-in-logs.ts";
import { freePort } from "./processes/ports.ts";
import { sandboxArguments, serviceArguments, startService, startStripeSandbox } from "./system/services.ts";
import { infraUrls, serviceUrls } from "./system/urls.ts";
import { buildWeb, startWeb } from "./system/web.ts";

export interface SystemOptions {
  /** State, logs, pid files. Two systems never share one. Without it: a temporary folder that `stop` removes, for tests. */
  dir?: string;
  /** All eight by default. */
  services?: string[];
  /** Envoy in front; an object changes its limits and addresses. Where no Envoy can be had the system starts without. */
  edge?: boolean | Partial<EdgeOptions>;
  /** The pages, built when their sources changed. */
  web?: boolean;
  /** The sandbox that plays Stripe. false: the STRIPE_… variables of the caller's environment count. */
  stripe?: boolean;
  /** For every service; and for one of them. */
  env?: Record<string, string>;
  serviceEnv?: Record<string, Record<string, string>>;
  /** Starts again what ends by itself. Leave it off where a test kills things. */
  supervise?: Supervisor;
  /** Small processes, for a machine that runs all of them. false: Node as in a container, for measuring rates. */
  lean?: boolean;
  /** See InfraOptions. */
  fsync?: boolean;
  /** The next free ones when taken. */
  preferredPorts?: { edge?: number; mail?: number; stripe?: number };
  progress?: (line: string) => void;
  /** What is not as it should be, but does not keep the system from running. */
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
  /** A service, or postgres, nats, redis, mail, stripe-sandbox, web, edge. */
  process(name: string): SystemProcess;
  databaseUrl(service: string): string;
  serviceToken(name: string): string;
  /** What it wrote to stdout and stderr so far. */
  logs(name: string): string;
  /** The running processes with the port that a person would call. */
  processes(): { name: string; pid: number; port: number }[];
  /** One more replica of a service, on ports of its own: its peers don't call it, but it takes part in events and timers. */
  startReplica(service: string, env?: Record<string, string>): Promise<Replica>;
  stop(): Promise<void>;
}

export type Replica = SystemProcess & { ops: string; log: string; stop(): Promise<void> };

/** What another process needs in order to use the system: plain data. */
export interface SystemDescription {
  dir: string;
  /** edge, stripe, mail, smtp, nats, redis, postgres; <service> (Connect and gRPC, h2c), <service>-http, <service>-ops. */
  urls: Record<string, string>;
  databaseUrls: Record<string, string>;
  /** The edge's certificate: give it to a client as its certificate authority. */
  certificate: string;
  admin: { email: string; password: string };
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const dir = path.resolve(options.dir ?? fs.mkdtempSync(path.join(os.tmpdir(), "lacio-system-")));
  const {
    services = serviceNames,
    edge = true,
    web = false,
    stripe = true,
    supervise,
    lean = true,
    fsync = true,
    preferredPorts = {},
    progress = () => {},
    warn = progress,
  } = options;
  await takeOver(dir, progress);
  const processes = new Map<string, Stoppable>();
  const stops: (() => Promise<unknown> | void)[] = [];
  const end = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  const clear = () => void (options.dir || removeState(dir));
  const stop = async () => {
    await end();
    try {
      if (process.env.LACIO_PEOPLE_IN_LOGS === "refused") refusePeopleInLogs(dir);
    } finally {
      clear();
    }
  };
  const started = async <P extends Stoppable>(process: Promise<P>): Promise<P> => {
    const one = await process;
    processes.set(one.name, one);
    return one;
  };

  try {
    const building = web ? buildWeb() : undefined;
    building?.catch(() => {}); // waited for below
    const filling = lean ? fillCompileCache([...services.map(serviceArguments), sandboxArguments]) : undefined;
    const [certificate, ports, envoy] = await Promise.all([devCertificate(dir), allotPorts(), edge ? envoyBinary() : undefined]);
    const infra = await startInfra({ dir, fsync, supervise, mailPort: preferredPorts.mail });
    stops.push(() => infra.stop());
    for (const server of [infra.postgres, infra.nats, infra.redis, infra.mail]) processes.set(server.name, server);
    progress("PostgreSQL, NATS, Redis and the mailbox are up");
    const databaseUrls: Record<string, string> = {};
    for (const name of services) databaseUrls[name] = await createDatabase(infra.postgres.url, name);
    const databaseUrl = (service: string) => databaseUrls[service] ?? missing("database", service);
    const identity = await startIdentity(dir, serviceNames);
    stops.push(() => identity.stop());

    const edgePort = await freePort(preferredPorts.edge);
    const publicUrl = `${envoy ? "https" : "http"}://localhost:${edgePort}`;
    const stripeUrl = stripe ? `http://127.0.0.1:${await freePort(preferredPorts.stripe)}` : undefined;
    const webhookUrl = `${envoy ? publicUrl : `http://127.0.0.1:${ports.payments!.http}`}/webhooks/stripe`;
    const around = { infra, identity, ports, databaseUrl, publicUrl, stripeUrl, secrets: localSecrets(dir) };
    const settings = { dir, supervise, lean };

    await filling;
    stops.push(() => stopAll(processes, [...services, "stripe-sandbox", "web"]));
    const starting = services.map((name) =>
      started(startService(name, around, settings, { ...options.env, ...options.serviceEnv?.[name] })),
    );
    if (stripeUrl) starting.push(started(startStripeSandbox({ ...around, stripeUrl }, settings, webhookUrl, certificate)));
    const webPort = web ? (envoy ? await freePort() : edgePort) : undefined;
    if (webPort) {
      if (await building) progress("The pages are built");
      starting.push(started(startWeb(around, settings, webPort, envoy !== undefined)));
    }
    await allOf(starting);
    progress(`${services.length === serviceNames.length ? "The services are" : `${services.join(", ")}:`} up`);
    if (envoy) {
      const changes: Partial<EdgeOptions> = { ...(webPort && { web: ["127.0.0.1", webPort] }), ...(typeof edge === "object" && edge) };
      const door = await started(startEdge({ ...settings, envoy, port: edgePort, ports, certificate, changes }));
      stops.push(() => door.stop());
      progress(`The edge answers at ${publicUrl}`);
    } else if (edge) {
      warn(
        "No Envoy to be had here, so there is no edge and no REST; the pages call the services themselves. Python 3 with pip would fetch it; else put envoy 1.40 on PATH",
      );
    }

    const find = (name: string) => processes.get(name) ?? missing("process", name);
    return {
      dir,
      urls: {
        ...(envoy && { edge: publicUrl }),
        ...(webPort && { web: publicUrl }),
        ...(stripeUrl && { stripe: stripeUrl }),
        ...infraUrls(infra),
        ...serviceUrls(services, ports),
      },
      databaseUrls,
      certificate,
      admin,
      databaseUrl,
      serviceToken: (name) => identity.serviceToken(name),
      process: find,
      logs: (name) => fs.readFileSync(find(name).log, "utf8"),
      processes: () => [...processes.values()].map(({ name, pid, port }) => ({ name, pid, port })),
      async startReplica(service, env) {
        const own = { rpc: await freePort(), http: await freePort(), ops: await freePort() };
        const there = { ...around, ports: { ...ports, [service]: own } };
        const replica = await startService(service, there, settings, { ...options.env, ...env }, `${service}-${own.rpc}`);
        stops.push(() => replica.stop());
        return Object.assign(replica, { ops: `http://127.0.0.1:${own.ops}` });
      },
      stop,
    };
  } catch (error) {
    await end();
    clear();
    throw error;
  }
}

type Stoppable = SystemProcess & { name: string; log: string; port: number; stop(): Promise<void> };

async function takeOver(dir: string, progress: (line: string) => void) {
  const running = starterOf(dir);
  if (running) throw new Error(`A system already runs in ${dir} (process ${running}).`);
  const ended = await endLeftovers(dir);
  if (ended) progress(`Ended ${ended} processes that an earlier start left behind`);
  fs.mkdirSync(dir, { recursive: true });
  fs.rmSync(path.join(dir, "logs"), { recursive: true, force: true });
}

/** Waits for all of them even when one fails, so that whatever did start can be stopped. */
async function allOf(starting: Promise<unknown>[]) {
  const failed = (await Promise.allSettled(starting)).find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}

const stopAll = (processes: Map<string, Stoppable>, names: string[]) => Promise.all(names.map(async (name) => processes.get(name)?.stop()));

function missing(what: string, name: string): never {
  throw new Error(`This system has no ${what} "${name}".`);
}
