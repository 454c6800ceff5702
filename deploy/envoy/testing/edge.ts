import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http2 from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { bootstrap } from "../bootstrap.ts";
import type { EdgeOptions } from "../edge.ts";
import { writeCertSds } from "../cert-sds.ts";
import { edgeTable } from "../edge-table.ts";
import { call, type Answer, type Request } from "./call.ts";
import { startEnvoy, freePorts, type Envoy, type Ports } from "./envoy.ts";
import { fakeHttp, fakeServices, type FakeHttp, type FakeServices } from "./services.ts";
import { tokenIssuer, type TokenIssuer } from "./tokens.ts";

/** The real Envoy with the real configuration, in front of fake services. `notification` is down: its port is closed. */
export async function startEdge(options: Partial<EdgeOptions> = {}, keys = { published: true }): Promise<TestEdge> {
  const dir = mkdtempSync(join(tmpdir(), "lacio-edge-"));
  const issuer = await tokenIssuer();
  const services = await fakeServices();
  const plain = await fakeHttp(() => (keys.published ? issuer.jwks : undefined));
  const ports = await freePorts();
  const config = bootstrap({ ...(await testOptions(dir, ports, services.port, plain.port)), ...options });
  const envoy = await startEnvoy(dir, config, ports[1]);
  const url = `https://localhost:${ports[0]}`;
  const session = http2.connect(url, { rejectUnauthorized: false });
  return {
    url,
    dir,
    opsUrl: `http://127.0.0.1:${ports[1]}`,
    issuer,
    services,
    plain,
    envoy,
    call: (line, request) => call(session, line, request),
    async stop() {
      session.destroy();
      await envoy.stop();
      await Promise.all([services.stop(), plain.stop()]);
      rmSync(dir, { recursive: true });
    },
  };
}

export async function testOptions(dir: string, ports: Ports, rpcPort: number, httpPort: number): Promise<EdgeOptions> {
  const [port, opsPort, adminPort, closedPort] = ports;
  const pem = await generate([{ name: "commonName", value: "localhost" }], { keyType: "ec", algorithm: "sha256" });
  writeFileSync(join(dir, "cert.pem"), pem.cert);
  writeFileSync(join(dir, "key.pem"), pem.private);
  return {
    services: edgeTable().services.map(({ cluster: name }) => ({
      name,
      rpc: ["127.0.0.1", name === "notification" ? closedPort : rpcPort],
      http: ["127.0.0.1", httpPort],
    })),
    otlp: ["127.0.0.1", httpPort],
    traceSharePercent: 100,
    address: "127.0.0.1",
    ...{ port, opsPort, adminPort },
    cert: writeCertSds(dir),
    origins: ["https://lacio.example"],
  };
}

export interface TestEdge {
  url: string;
  opsUrl: string;
  /** Holds cert.pem and key.pem. */
  dir: string;
  issuer: TokenIssuer;
  services: FakeServices;
  plain: FakeHttp;
  envoy: Envoy;
  /** `call("GET /v1/me", { token })` */
  call(line: string, request?: Request): Promise<Answer>;
  stop(): Promise<void>;
}
