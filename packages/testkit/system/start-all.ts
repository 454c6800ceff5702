import fs from "node:fs";
import type { EdgeOptions } from "@lacio/envoy/edge";
import { allotPorts, environmentOf, localSecrets, serviceNames, type Surroundings } from "../environment.ts";
import { startIdentity } from "../identity.ts";
import { startInfra } from "../infra/index.ts";
import { createDatabase, type DatabaseUrls } from "../infra/databases.ts";
import { admin } from "../people.ts";
import { freePort } from "../processes/ports.ts";
import { envoyBinary } from "../programs/binaries.ts";
import { fillCompileCache } from "./compile-cache.ts";
import type { System, SystemOptions } from "./contract.ts";
import { devCertificate, startEdge } from "./edge.ts";
import { provision } from "./provision.ts";
import { missing, type Roster } from "./roster.ts";
import { sandboxArguments, serviceArguments, startService, startStripeSandbox } from "./services.ts";
import { infraUrls, serviceUrls, webUrls } from "./urls.ts";
import { buildWeb, startWeb, type WebPorts } from "./web.ts";

/** Servers, then services, sandbox and web at the same time, then the edge in front of them. What has started is in the roster. */
export async function startAll(dir: string, options: SystemOptions, roster: Roster): Promise<Omit<System, "stop">> {
  const { services = serviceNames, edge = true, web = false, stripe = true, supervise, lean = true, fsync = true } = options;
  const { preferredPorts = {}, progress = () => {}, warn = progress } = options;
  const building = web ? buildWeb() : undefined;
  building?.catch(() => {}); // awaited below; until then no unhandled rejection
  const filling = lean ? fillCompileCache([...services.map(serviceArguments), sandboxArguments]) : undefined;
  const [certificate, ports, envoy] = await Promise.all([devCertificate(dir), allotPorts(), edge ? envoyBinary() : undefined]);
  const mailing = services.includes("notification");
  const servers = { dir, fsync, supervise, mailPort: preferredPorts.mail };
  const infra: Surroundings["infra"] = await startInfra(servers, mailing ? undefined : ["postgres", "nats", "redis"]);
  roster.onStop(() => infra.stop());
  for (const server of [infra.postgres, infra.nats, infra.redis, infra.mail]) if (server) roster.enter(server);
  progress(mailing ? "PostgreSQL, NATS, Redis and the mailbox are up" : "PostgreSQL, NATS and Redis are up");
  const databases: Record<string, DatabaseUrls> = {};
  for (const name of services) databases[name] = await createDatabase(infra.postgres.url, name);
  const databaseOf = (service: string) => databases[service] ?? missing("database", service);
  await provision(roster, infra.nats.urlOf("provisioner"), options.env?.EVENT_ACK_WAIT_MS);
  const identity = await startIdentity(dir, serviceNames);
  roster.onStop(() => identity.stop());

  const edgePort = await freePort(preferredPorts.edge);
  const publicUrl = `${envoy ? "https" : "http"}://localhost:${edgePort}`;
  const stripeUrl = stripe ? `http://127.0.0.1:${await freePort(preferredPorts.stripe)}` : undefined;
  const webhookUrl = `${envoy ? publicUrl : `http://127.0.0.1:${ports.payments!.http}`}/webhooks/stripe`;
  const webPorts = web ? { port: envoy ? await freePort() : edgePort, ops: await freePort() } : undefined;
  const around = { infra, identity, ports, databaseOf, publicUrl, stripeUrl, secrets: localSecrets(dir) };
  const settings = { dir, supervise, lean };

  await filling;
  roster.onStop(() => roster.stopTogether([...services, "stripe-sandbox", "web"]));
  const starting = services.map((name) => startService(name, around, settings, { ...options.env, ...options.serviceEnv?.[name] }));
  if (stripeUrl) starting.push(startStripeSandbox({ ...around, stripeUrl }, settings, webhookUrl, certificate));
  if (webPorts) starting.push(startBuiltWeb(webPorts));
  await allOf(starting.map(async (process) => roster.enter(await process)));
  progress(`${services.length === serviceNames.length ? "The services are" : `${services.join(", ")}:`} up`);
  if (envoy) {
    const changes: Partial<EdgeOptions> = { ...(webPorts && { web: ["127.0.0.1", webPorts.port] }), ...(typeof edge === "object" && edge) };
    const door = roster.enter(await startEdge({ ...settings, envoy, port: edgePort, ports, certificate, changes }));
    roster.onStop(() => door.stop());
    progress(`The edge answers at ${publicUrl}`);
  } else if (edge) {
    warn(
      "No Envoy to be had here, so there is no edge and no REST; the pages call the services themselves. Python 3 with pip would fetch it; else put envoy 1.40 on PATH",
    );
  }

  async function startBuiltWeb(at: WebPorts) {
    if (await building) progress("The pages are built");
    return startWeb(around, settings, at, envoy !== undefined);
  }

  return {
    dir,
    urls: {
      ...(envoy && { edge: publicUrl }),
      ...(webPorts && webUrls(publicUrl, webPorts)),
      ...(stripeUrl && { stripe: stripeUrl }),
      ...infraUrls(infra),
      ...serviceUrls(services, ports),
    },
    databaseUrls: Object.fromEntries(services.map((name) => [name, databaseOf(name).ownerUrl])),
    certificate,
    admin,
    environment: (service) => environmentOf(service, around),
    natsLogins: infra.nats,
    serviceToken: (name) => identity.serviceToken(name),
    process: roster.find,
    logs: (name) => fs.readFileSync(roster.find(name).log, "utf8"),
    processes: roster.all,
    async startReplica(service, env) {
      const own = { rpc: await freePort(), http: await freePort(), ops: await freePort() };
      const there = { ...around, ports: { ...ports, [service]: own } };
      const replica = await startService(service, there, settings, { ...options.env, ...env }, `${service}-${own.rpc}`);
      roster.onStop(() => replica.stop());
      return Object.assign(replica, { url: `http://127.0.0.1:${own.rpc}`, ops: `http://127.0.0.1:${own.ops}` });
    },
  };
}

/** Waits for all, even when one fails, so that those that started can be stopped. @throws the first failure */
async function allOf(starting: Promise<unknown>[]) {
  const failed = (await Promise.allSettled(starting)).find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}
