import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { permissions } from "@lacio/permissions/table";
import type { SystemDescription } from "@lacio/testkit/system";
import { trustEdge } from "@lacio/testkit/testing";
import type { Cluster } from "./cluster.ts";
import { forward, type Forward } from "./forward.ts";

const servers = { postgres: 5432, nats: 4222, maildev: 1080, "stripe-sandbox": 8080 };

/**
 * The installed system as e2e/ asks it: calls go through the edge, databases are asked by their superuser. It is opened for each use: a
 * forward ends with the pod that it leads to.
 */
export const withSystem = <T>(cluster: Cluster, use: (system: SystemDescription) => Promise<T>): Promise<T> =>
  open(cluster, { ...servers, edge: 443 }, use);

/** The development servers alone, when there is no edge. */
export const withServers = <T>(cluster: Cluster, use: (system: SystemDescription) => Promise<T>): Promise<T> => open(cluster, servers, use);

async function open<T>(cluster: Cluster, wanted: Record<string, number>, use: (system: SystemDescription) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-smoke-"));
  const forwards: Forward[] = [];
  try {
    const opened = Object.entries(wanted).map(async ([name, port]): Promise<[string, number]> => {
      const way = await forward(cluster.namespace, `service/${name}`, port);
      forwards.push(way);
      return [name, way.port];
    });
    await Promise.allSettled(opened); // so that each is closed at the end
    const system = await describe(cluster, dir, Object.fromEntries(await Promise.all(opened)));
    if (system.urls.edge) trustEdge(system);
    return await use(system);
  } finally {
    for (const way of forwards) way.close();
    rmSync(dir, { recursive: true });
  }
}

async function describe(cluster: Cluster, dir: string, ports: Record<string, number>): Promise<SystemDescription> {
  const certificate = path.join(dir, "edge.pem");
  writeFileSync(certificate, await cluster.secret("lacio-edge-tls", "tls.crt"));
  const here = async (secret: string, key: string, port: number) => {
    const url = new URL(await cluster.secret(secret, key));
    url.host = `127.0.0.1:${port}`;
    return url;
  };
  const postgres = await here("lacio-postgres", "DATABASE_URL", ports.postgres!);
  const services = Object.keys(permissions);
  const edge = `https://localhost:${ports.edge}`;
  const calls = ports.edge ? { edge, ...Object.fromEntries(services.map((name) => [name, edge])) } : {};
  return {
    dir,
    urls: {
      ...calls,
      postgres: postgres.href,
      nats: (await here("lacio-nats", "NATS_URL", ports.nats!)).href,
      mail: `http://127.0.0.1:${ports.maildev}`,
      stripe: `http://127.0.0.1:${ports["stripe-sandbox"]}`,
    },
    databaseUrls: Object.fromEntries(services.map((name) => [name, new URL(`/${name}`, postgres).href])),
    certificate,
    admin: {
      email: await cluster.secret("lacio-auth", "BOOTSTRAP_ADMIN_EMAIL"),
      password: await cluster.secret("lacio-auth", "BOOTSTRAP_ADMIN_PASSWORD"),
    },
  };
}
