import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { permissions } from "@lacio/permissions/table";
import type { SystemDescription } from "@lacio/testkit/system";
import { trustEdge } from "@lacio/testkit/testing";
import type { Cluster } from "./cluster.ts";
import { forward, type Forward } from "./forward.ts";

const servers = { postgres: 5432, nats: 4222, maildev: 1080, "stripe-sandbox": 8080, edge: 443 };

/**
 * The installed system as e2e/ asks it: calls go through the edge, databases are asked by their superuser. It is opened for each use: a
 * forward ends with the pod that it leads to.
 */
export async function withSystem<T>(cluster: Cluster, use: (system: SystemDescription) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "lacio-smoke-"));
  const forwards: Forward[] = [];
  try {
    const opened = Object.entries(servers).map(async ([name, port]): Promise<[string, number]> => {
      const way = await forward(cluster.namespace, `service/${name}`, port);
      forwards.push(way);
      return [name, way.port];
    });
    const system = await describe(cluster, dir, Object.fromEntries(await Promise.all(opened)));
    trustEdge(system);
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
  const edge = `https://localhost:${ports.edge}`;
  const services = Object.keys(permissions);
  return {
    dir,
    urls: {
      edge,
      ...Object.fromEntries(services.map((name) => [name, edge])),
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
