import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "@lacio/testkit/processes/launch";
import { binary } from "@lacio/testkit/programs/binaries";
import { until } from "@lacio/testkit/testing/until";
import { generate } from "selfsigned";
import { edgeTable } from "../edge-table.ts";
import { freePorts } from "./envoy.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** main.ts as a container runs it, in front of what plays the web and auth's keys on these ports; no other service is there. */
export async function startEdgeProcess(ports: { web: number; keys: number }, env: Record<string, string> = {}): Promise<EdgeProcess> {
  const dir = mkdtempSync(join(tmpdir(), "lacio-edge-process-"));
  const [port, opsPort, adminPort, closed] = await freePorts();
  const url = (port: number) => `http://127.0.0.1:${port}`;
  const peers = edgeTable().services.map(({ cluster }) => [`${cluster.toUpperCase()}_URL`, url(closed)]);
  const renew = secret(join(dir, "cert"));
  await renew("localhost");
  const all = {
    ...(Object.fromEntries(peers) as Record<string, string>),
    ...{ AUTH_HTTP_URL: url(ports.keys), PAYMENTS_HTTP_URL: url(closed), WEB_URL: url(ports.web) },
    ...{ BIND_ADDRESS: "127.0.0.1", EDGE_PORT: String(port), OPS_PORT: String(opsPort), ADMIN_PORT: String(adminPort) },
    ...{ PATH: process.env.PATH, TMPDIR: dir, CERT_DIR: join(dir, "cert"), ENVOY_BINARY: await binary("envoy"), EDGE_DRAIN_SECONDS: "0" },
    ...env,
  };
  const log = join(dir, "log");
  const run = launch({ name: "edge", dir, command: process.execPath, args: [main], env: all }, log);
  const logged = () => readFileSync(log, "utf8");
  const status = (path: string) => fetch(url(opsPort) + path).then((answer) => answer.status);
  return {
    port,
    status,
    logged,
    renew,
    ready: () => until(async () => !run.alive || (await status("/readyz")) === 200, { timeoutMs: 60_000 }),
    signal: run.send,
    envoy: () => Number(readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, "utf8").trim()),
    async ended() {
      await run.gone;
      return run.how;
    },
    async stop() {
      run.sendGroup("SIGKILL");
      await run.gone;
      rmSync(dir, { recursive: true });
    },
  };
}

/** Plays the kubelet, which mounts a Secret as links to a folder behind the link `..data`, and replaces that link as a whole. */
function secret(dir: string) {
  let version = 0;
  return async (commonName: string) => {
    const pem = await generate([{ name: "commonName", value: commonName }], { keyType: "ec", algorithm: "sha256" });
    const [before, now] = [`..v${version++}`, `..v${version}`];
    mkdirSync(join(dir, now), { recursive: true });
    writeFileSync(join(dir, now, "tls.crt"), pem.cert);
    writeFileSync(join(dir, now, "tls.key"), pem.private);
    symlinkSync(now, join(dir, "..data_tmp"));
    renameSync(join(dir, "..data_tmp"), join(dir, "..data"));
    if (version === 1) for (const name of ["tls.crt", "tls.key"]) symlinkSync(join("..data", name), join(dir, name));
    rmSync(join(dir, before), { recursive: true, force: true });
  };
}

export interface EdgeProcess {
  /** HTTPS. */
  port: number;
  /** Of a path of the ops port. */
  status(path: string): Promise<number>;
  logged(): string;
  /** Replaces the mounted certificate. */
  renew(commonName: string): Promise<void>;
  /** Waits until it is, or has ended. */
  ready(): Promise<unknown>;
  signal(name: NodeJS.Signals): void;
  /** Its pid. */
  envoy(): number;
  /** Waits for the end and answers how: "code 0", "SIGKILL". */
  ended(): Promise<string>;
  stop(): Promise<void>;
}
