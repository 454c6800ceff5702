import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { bootstrap } from "@lacio/envoy/bootstrap";
import type { EdgeOptions } from "@lacio/envoy/edge";
import { writeCertSds } from "@lacio/envoy/cert-sds";
import { envoyArguments } from "@lacio/envoy/render";
import { startChild, type Supervisor } from "../processes/child.ts";
import type { Ports } from "../environment.ts";
import { freePort } from "../processes/ports.ts";
import { ownCertificate } from "./own-certificate.ts";
import type { PortedChild } from "./services.ts";

export interface EdgeSettings {
  dir: string;
  envoy: string;
  port: number;
  ports: Record<string, Ports>;
  certificate: string;
  /** What differs from the edge of production: limits in tests, a collector, a web server. */
  changes?: Partial<EdgeOptions>;
  supervise?: Supervisor;
}

/** The real Envoy with the same configuration as in a cluster; only addresses and the certificate differ. */
export async function startEdge({ dir, envoy, port, ports, certificate, changes, supervise }: EdgeSettings): Promise<PortedChild> {
  const [opsPort, adminPort] = [await freePort(), await freePort()];
  const local = (port: number): [string, number] => ["127.0.0.1", port];
  const config = bootstrap({
    services: Object.entries(ports).map(([name, { rpc, http }]) => ({ name, rpc: local(rpc), http: local(http) })),
    address: "127.0.0.1",
    port,
    opsPort,
    adminPort,
    cert: writeCertSds(path.dirname(certificate)),
    ...changes,
  });
  const file = path.join(dir, "edge", "envoy.json");
  fs.writeFileSync(file, JSON.stringify(config, null, 2));
  await promisify(execFile)(envoy, ["--mode", "validate", "-c", file]);
  const child = await startChild({
    name: "edge",
    command: envoy,
    args: envoyArguments(file),
    dir,
    ready: async (signal) => (await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal })).ok,
    supervise,
  });
  return Object.assign(child, { port });
}

/** A certificate for localhost, kept until its last month so that a browser asks once. Answers its file; key.pem lies beside it. */
export async function devCertificate(dir: string): Promise<string> {
  const folder = path.join(dir, "edge");
  const file = path.join(folder, "cert.pem");
  fs.mkdirSync(folder, { recursive: true });
  if (fs.existsSync(file) && new X509Certificate(fs.readFileSync(file)).validToDate.getTime() > Date.now() + 30 * 86_400_000) return file;
  const made = await ownCertificate(["localhost", "127.0.0.1", "::1"]);
  fs.writeFileSync(path.join(folder, "key.pem"), made.key, { mode: 0o600 });
  fs.writeFileSync(file, made.cert);
  return file;
}
